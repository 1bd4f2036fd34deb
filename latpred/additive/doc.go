// Package additive has the predictors that add up the times of a network's segments.
//
//  1. Train fits segment times to latencies of whole networks, in closed form. It chooses
//     among bases and launch queues by validation rows, and can learn a correction on top.
//  2. The result is a Table, which also gives intervals, true passes and segments.
//  3. Linear is the plainest closed form, fitted by FitLinear. Lookup adds up the measured
//     layers of a lookup table.
//  4. AllocateFixed divides the time that latencies of whole networks can't attribute among
//     the segments that all networks have.
//
// The fits are those of packages pass, ridge and lut, the correction that of package boost.
package additive
