// Package adapt predicts a device from few measurements of it and predictors of other
// devices.
//
//  1. Plan says which networks to measure.
//  2. SourceOf makes a predictor of any kind ready to start from; package catalog has
//     those of shipped sets.
//  3. Adapt learns a Predictor from 3 to some hundred measurements, and Reports what
//     it expects of it.
//
// The model is package fewshot's.
package adapt
