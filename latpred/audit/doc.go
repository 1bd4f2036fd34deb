// Package audit looks for what is doubtful about measurements, from the rows alone:
// nothing is known beforehand of any set.
//
//  1. Check goes over whole sets, for people who are about to use them: repeated
//     labels, duplicates, sums over a table, a clock that did not wait, drift, a cold
//     start, outliers, another unit.
//  2. Support refuses the few rows of a device that can't be of one device in
//     milliseconds, and warns of what contradicts; LeaveOneOut and AgainstSources look
//     at them once there is a model, and models of other devices.
//  3. ColdStart says whether a set's first rows are off.
//
// What is found is a latpred.Warning, or a Finding of the same kinds.
package audit
