// Package conformal turns predictions into intervals that hold what they promise.
//
//  1. Calibrate looks at rows that the predictor did not learn from: a row's score
//     is its error over the error that is usual in its bin.
//  2. Split.HalfWidthMs is, for a share of the cases, what the error stays below:
//     if rows come as they came (exchangeably), an interval of level 0.9 holds
//     nine of ten, whatever the distribution of errors.
//  3. Adaptive corrects the level while a device drifts, from measurements that
//     come in.
//
// Source: Lei et al., "Distribution-Free Predictive Inference for Regression",
// 2018; Gibbs and Candès, "Adaptive Conformal Inference Under Distribution Shift",
// 2021.
package conformal
