// Package nas searches a space for the sub-network with the best accuracy under a
// latency limit.
//
//  1. An Estimate gives a number for each architecture: its latency, from a table, a
//     predictor or a device, or its accuracy, from an accuracy predictor. Cached keeps the
//     results of an Estimate, by architecture or by the flawed key of the published code.
//  2. Search is the evolutionary search of OFA and CompOFA for one limit; Limits runs it
//     for several. SearchFront evolves the whole Pareto front at once (NSGA-II).
//  3. Front and Hypervolume evaluate sets of candidates. Calibrate converts predicted
//     accuracies to the scale of published ones.
//
// All results meet the limit by construction: no candidate above it enters a population.
package nas
