// Package figure turns numbers into figures in one house style. It does no input
// or output: a *plot.Plot can be shown in a notebook or written by gonum/plot.
//
//  1. New starts a figure with title and labelled axes; Palette has colours that
//     colour-blind readers can tell apart.
//  2. Scatter compares predictions with measurements; Curves draws losses over
//     epochs; SizeCurve draws errors over the number of training rows;
//     Distributions and ByResolution show sets of latencies; Drift shows a ratio
//     in file order; Relation sets two quantities side by side; Bars compares
//     protocols, Dots values that differ by powers of ten, Times durations, Growth how costs grow with a size; Rungs and Parallel
//     show a search over hyper-parameters, TradeOff one over architectures; FewShot, Heat and
//     Calibration show what few measurements are worth, Parts where a latency
//     comes from.
//  3. Draw renders a figure.
//
// Values of the paper are dashed grey lines or hollow points, with a label.
package figure
