// Package experiment runs the tables and figures of Syed & Srinivasan,
// "Generalized Latency Performance Estimation for Once-For-All Neural
// Architecture Search", again, on the authors' own measurements.
//
//  1. Items lists what can be run; Run runs one, in a Profile: Quick takes seconds
//     and says what it left out, Full is the paper's size with several seeds.
//  2. A Result has a Row for each number: the paper's, that of the authors'
//     released checkpoint, ours as published and as corrected, and our best.
//  3. Result.Figures are the item's figures.
//  4. Two items go beyond the paper: better judges the predictors that do, device
//     what is known of a device of one's own, the one that the project measured.
//
// As published is what the authors' code did: split in file order, last epoch,
// the mean absolute error called RMSE. Corrected is what it should have been: no
// network on both sides of the split, the epoch that validates best, the root of
// the mean squared error over the whole set, and a 95 % interval over seeds,
// each with a split of its own.
package experiment
