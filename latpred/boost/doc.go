// Package boost learns small corrections with gradient-boosted regression trees.
//
//  1. Fit first divides the values of each feature into at most 32 bins.
//  2. It then grows one tree after the other, each on the gradient of Huber's loss at the
//     residuals of the trees before, so that outliers count less. A tree grows leaf by
//     leaf, where the gain is greatest. A callback sees the forest after each tree and
//     can end the growth.
//  3. Forest.Value sums the leaf values of a row over all trees.
//
// Source: Friedman, "Greedy Function Approximation: A Gradient Boosting Machine", 2001;
// histograms and leaf-wise growth as in LightGBM (Ke et al., 2017).
package boost
