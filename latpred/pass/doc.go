// Package pass models a forward pass as the sum of the times of its segments, and
// models what a clock shows of it when the GPU has a launch queue.
//
//  1. Segments lists the segments of a network: the stem, each active slot and the
//     head. Each has an entry in the layout of the network's family: slots of the same
//     place with the same choice share an entry, and so a time. In OFA's families a
//     place is the first slot of a stage or all of its later ones: five stages have
//     90 slot entries instead of 180.
//  2. A Basis turns entries into milliseconds. Tied has a time for each entry and
//     resolution. Shape has times per pixel at the true size of each feature map, and
//     so also covers resolutions that were not measured.
//  3. Fit estimates the times from latencies of whole networks by robust ridge
//     regression. Model.SegmentsMs gives them, Model.Read their sum.
//  4. With Config.QueueDepth, Fit takes the latencies as labels of an unsynchronised
//     clock (see Queue), and Model.LabelsMs predicts such labels.
//  5. Model.States estimates, from measurements in order, which of several states the
//     host was in at each of them; a Tracker does so online.
//
// # The launch queue
//
// The host launches work into a queue of Q places, from which the GPU runs it. Consider
// a clock on the host that times passes 6 to 15 and does not wait for the GPU. It starts
// once pass 5 has been launched and stops once pass 15 has been launched. At each of
// these moments the GPU has finished all but the last Q launches. With n launches in a
// pass,
//
//	E  = time of the first 15n − Q launches / 10
//	S  = time of the first 5n − Q launches / 10
//	h  = host time for 5 passes' launches / 10 = n τ / 2 + δ
//	label = E − max(h, S)
//
// where τ is the time of one launch and δ an offset. If the queue was full when the
// clock started (S ≥ h), the label is the true pass T, because the GPU ran exactly 10 n
// launches between start and stop. Otherwise the label is too short.
package pass
