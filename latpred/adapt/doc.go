// Package adapt predicts a device from a few measurements of it and from predictors of
// other devices, the sources.
//
//  1. Plan chooses the networks to measure.
//  2. SourceOf turns a predictor of any kind into a source, FitSource measurements; package
//     catalog has the sources of shipped data sets.
//  3. Adapt makes a Predictor from 3 to some hundred measurements, and a Report of its
//     expected error.
//
// The model is that of package transfer. A Corrected is what earlier versions made, with the
// model of package fewshot: it is read from their files.
package adapt
