// Package additive predicts with the times of layers: a pass takes as long as its
// segments do.
//
//  1. Train fits times to latencies of whole networks, in closed form, chooses among
//     bases and launch queues by validation rows, and may learn a correction on top.
//  2. A Table is what comes out. It knows intervals, true passes and segments.
//  3. AllocateFixed divides what whole networks can't tell apart.
//
// The fits are package pass's and ridge's, the correction is package boost's.
package additive
