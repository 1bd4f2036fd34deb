// Package pass takes a forward pass apart: its time is the sum of the times of its
// segments, and what a clock shows of it depends on the launch queue.
//
//  1. Segments lists what a network runs: stem, active slots, head. Each has an entry
//     in the layout of the network's family: slots of one place cost alike where they
//     have the same choice. In OFA's families a place is the first slot of a stage or
//     its later ones: 90 entries of slots for five stages, in place of 180.
//  2. A Basis says how entries become milliseconds: Tied has a time for each entry
//     and resolution; Shape has times a pixel, at the true size of each feature
//     map, and so serves resolutions that were not measured.
//  3. Fit finds the times from latencies of whole networks, by robust ridge
//     regression. Model.SegmentsMs gives them, Model.Read their sum.
//  4. With Config.Queue, labels are taken as what an unsynchronised clock shows
//     (see Queue), and Model.LabelsMs gives such labels.
//  5. Model.States finds, in measuring order, which of several states the host was
//     in; a Tracker does so online.
//
// # The launch queue
//
// A GPU runs what its host has launched into a queue of Q places. A clock on the host,
// which times passes 6 to 15 and does not wait for the GPU, starts when pass 5 is
// launched and stops when the last launch of pass 15 is: at that moment the GPU has done
// all but Q of the launches. With n launches a pass,
//
//	E  = time of the first 15n − Q launches / 10
//	S  = time of the first 5n − Q launches / 10
//	h  = 5 passes' launches / 10 = n τ / 2 + δ
//	label = E − max(h, S)
//
// where τ is the time of a launch. Where the queue was full when the clock
// started (S ≥ h), the label is the true pass T: between start and stop the GPU
// did exactly 10 n launches. Elsewhere it is too short.
package pass
