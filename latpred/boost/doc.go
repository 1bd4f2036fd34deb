// Package boost learns small corrections with gradient-boosted regression trees.
//
//  1. A Grid sorts the values of each feature into at most 32 bins.
//  2. Fit grows trees one after the other, each on what those before it left
//     (Huber's loss, so that wild rows count less), leaf by leaf where the gain is
//     greatest; observe is shown the forest after each and says when it is enough.
//  3. Forest.Value sums the trees' leaves.
//
// Source: Friedman, "Greedy Function Approximation: A Gradient Boosting Machine",
// 2001; the histograms are those of LightGBM.
package boost
