// Package measure times real sub-networks on a device: it builds them in GoMLX for
// any PJRT plugin, or has a program of the user's time them.
//
//  1. A Runner compiles networks (Runner.Network) and single layers (Runner.Layer)
//     from the layers of package space, with made-up weights, batch normalisation
//     folded. Formulation says how: as matrix products and shifted sums for
//     processors, as convolutions for GPUs. Foreign runs a command instead.
//  2. A Campaign takes many of these Subjects in rounds, by groups, with anchors
//     between them, and writes every round to a Journal.
//  3. Journal.Results gives the labels, Journal.Noise what they are worth; WriteSet
//     turns them into a data set. A Device does all of it at once, with locks and
//     anchors.
//  4. Check asks, before all this, whether the machine is quiet enough.
//  5. WriteONNX and StableHLO write a network for other programs.
//  6. Shipped reads the journals of the device that the project measured itself.
//
// # The statistic
//
// A label is the median, over the quiet rounds, of the fastest of a round's runs. The
// fastest run is the one that nothing disturbed; the median forgives rounds in
// which something disturbed all of them, and rounds in which other processes had
// more than a tenth of a core are taken again. Rounds go through all units of a group in
// turn, so that slow weather of the machine falls on all of them alike.
//
// Anchors, three networks that are measured with every group, show what remains.
// Their ratio between groups is written down (Noise.Factor). Labels are not divided
// by it, unless one asks (Journal.Normalised): where a machine is shared, that takes
// out most of what its neighbours did over minutes.
package measure
