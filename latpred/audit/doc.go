// Package audit looks for doubtful measurements, from the rows alone and without prior
// knowledge of any set.
//
//  1. Check examines whole sets before use: repeated labels, duplicates, sums over a
//     lookup table, a clock that did not wait for the device, drift, a cold start,
//     outliers, another unit.
//  2. Support examines the few rows that a predictor is adapted with: it rejects rows that
//     can't be milliseconds of one device, and warns of contradictions. LeaveOneOut
//     examines them with a fitted model, AgainstSources with models of other devices.
//  3. ColdStart tells whether the first rows have larger errors than the rest.
//  4. SeenBy tells which rows of a set a predictor has seen in training, and so on which it
//     can be judged.
//
// Results are a latpred.Warning, or a Finding of the same kinds.
package audit
