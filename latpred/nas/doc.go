// Package nas searches a space for the sub-network with the best accuracy under a
// latency limit.
//
//  1. An Estimate gives a number for each architecture: its latency from a table,
//     a predictor or a device, its accuracy from an accuracy predictor. Cached
//     remembers what an Estimate said, by a right key or by the published one.
//  2. Search is the evolution of OFA and CompOFA for one limit, Limits runs it for
//     several; SearchFront evolves the whole Pareto front at once (NSGA-II).
//  3. Front and Hypervolume judge sets of candidates, Calibrate turns predicted
//     accuracies into published ones.
//
// A limit is met by construction: no candidate above it ever enters a population.
package nas
