// Package adapt predicts a device from a few measurements of it and from predictors of
// other devices, the sources.
//
//  1. Plan chooses the networks to measure.
//  2. SourceOf turns a predictor of any kind into a source; package catalog has the sources
//     of shipped data sets.
//  3. Adapt makes a Predictor from 3 to some hundred measurements, and a Report of its
//     expected error.
//
// The model is that of package transfer.
package adapt
