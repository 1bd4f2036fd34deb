// Package measure times sub-networks on a device. It builds them in GoMLX for any PJRT
// plugin, or calls a program of the user's that times them.
//
//  1. A Runner compiles networks (Runner.Network) and single layers (Runner.Layer)
//     from the layers of package space, with made-up weights and with batch
//     normalisation folded into them. Formulation chooses how convolutions are written:
//     as matrix products and shifted sums for processors, as convolutions for GPUs.
//     Foreign runs a command instead.
//  2. A Campaign measures many of these Subjects in groups, each group in several
//     rounds and together with the anchors, and writes every round to a Journal. A Shard
//     is a part of one, for a process or machine of its own; package merge joins them.
//  3. Journal.Results gives the labels and Journal.Noise their noise; WriteSet writes
//     them as a data set. A Device does all of this in one call, with locks and anchors.
//  4. Check tells beforehand whether the machine is quiet enough.
//  5. WriteONNX, WriteJSON and Runner.StableHLO write a network for other programs.
//  6. Shipped reads the journals of the device that the project measured itself.
//
// # The statistic
//
// A round times every unit of a group several times. A label is the median, over the
// quietest rounds, of each round's fastest run. The fastest run is the least disturbed
// one, and the median tolerates rounds in which every run was disturbed. Rounds in which
// other processes used more than a tenth of a core are repeated, up to a bound. Each
// round visits all units of a group in turn, so that slow changes in the machine's speed
// affect all of them alike.
//
// Anchors, three networks that are measured with every group, show the drift that
// remains. Their ratio between groups is reported (Noise.Factor). Labels are divided by
// it only on request (Journal.Normalised); on a shared machine that removes most of the
// slow disturbance by its other users.
package measure
