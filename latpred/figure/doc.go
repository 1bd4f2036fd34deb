// Package figure draws figures in one style. It does no input or output: a *plot.Plot can
// be shown in a notebook or written with gonum/plot. Constructors err on data that can't
// be drawn, such as lengths that differ.
//
//  1. New starts a figure with a title and labelled axes; Palette has colours that
//     colour-blind readers can tell apart.
//  2. Scatter compares predictions with measurements; Curves draws losses over epochs;
//     SizeCurve draws errors over the number of training rows; Distributions and
//     ByResolution show the latencies of data sets; Drift draws a ratio in file order;
//     Relation draws one quantity over another. Bars compares values in groups, Dots
//     values that differ by powers of ten, Times durations; Growth shows how costs grow
//     with a size. Rungs and Parallel show a search over hyper-parameters, TradeOff a
//     search over architectures. FewShot, Ranks, Heat, Held and Calibration show the
//     results of few-shot adaptation, Correlations how alike devices are, Parts the parts
//     of a latency.
//  3. Draw renders a figure.
//
// Values of the paper are dashed grey lines or hollow points, with a label.
package figure
