// Package audit looks for doubtful measurements, from the rows alone and without prior
// knowledge of any set.
//
//  1. Check examines whole sets before use: repeated labels, duplicates, networks that are
//     equal or do nothing, rounded labels, labels written twice or cut at a limit, sums over a
//     lookup table, labels that networks don't explain, a clock that did not wait for the device,
//     drift, a cold start, outliers, another unit.
//  2. Labels examines latencies before anything learns from them, whatever it is: it rejects
//     equal ones and mixed units, and warns of a scale that no device has. Units is the part
//     for rows that only judge; AgainstPredictor compares them with predictions.
//  3. Support examines the few rows that a predictor is adapted with: it is Labels, and warns
//     of contradictions too. LeaveOneOut examines them with a fitted model, AgainstSources
//     with models of other devices.
//  4. ColdStart tells whether the first rows have larger errors than the rest.
//  5. SeenBy tells which rows of a set a predictor has seen in training, and so on which it
//     can be judged.
//
// Results are a latpred.Warning, or a Finding of the same kinds.
package audit
