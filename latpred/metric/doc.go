// Package metric measures how good predictions are. Functions of predictions take them
// first and the measurements second, as slices of one length above 0, and panic on others.
// Results are in the unit of the values unless a function says otherwise. A NaN makes them
// NaN, except for Within and Coverage, which count it as a miss, and the rank correlations
// of Scores, which are then 0.
//
//  1. RMSE, MAE, MAPE, Within and Bias measure the size of errors; PaperRMSE is what the
//     paper's tables call RMSE. Coverage measures intervals.
//  2. Spearman and Kendall compare the order alone, which is what a search uses.
//  3. Evaluate gives all metrics of points as Scores.
//  4. Interval gives a mean over seeds with its confidence interval, NadeauBengioInterval
//     that over random splits of one data set.
//  5. Median, Spread and Autocorrelation describe a sample, such as residuals.
package metric
