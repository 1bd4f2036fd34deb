// Package conformal makes prediction intervals, calibrated on rows that the predictor was
// not trained on.
//
//  1. Calibrate takes rows that the predictor was not trained on. The score of a row is
//     its relative error divided by the median relative error of its bin.
//  2. Split.HalfWidthMs gives the half-width of an interval from a quantile of the scores.
//     If new rows are exchangeable with the calibration rows, an interval of level 0.9
//     covers the measurement in at least nine of ten cases on average, whatever the
//     distribution of errors. n rows bound levels up to n/(n+1); the interval of a higher
//     one has no end: its half-width is +Inf.
//  3. Adaptive adjusts the level on a device that drifts, from measurements as they come
//     in. It uses the latest scores, so that calibration rows must be in the order of
//     measurement.
//
// Source: Lei et al., "Distribution-Free Predictive Inference for Regression",
// 2018; Gibbs and Candès, "Adaptive Conformal Inference Under Distribution Shift",
// 2021.
package conformal
