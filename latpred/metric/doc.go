// Package metric says how good predictions are. Every function takes the
// predictions and then what was measured, slices of one length above 0: another
// is a programmer's mistake and panics. A NaN among the values makes the result
// NaN.
//
//  1. RMSE, MAE, MAPE, Within and Bias look at the size of errors; PaperRMSE is
//     what the paper's tables call RMSE.
//  2. Spearman and Kendall look at the order alone, which is what a search uses.
//  3. Evaluate gives all of them as Scores.
//  4. Interval says how far a mean over seeds can be trusted.
package metric
