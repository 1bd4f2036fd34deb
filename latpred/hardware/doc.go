// Package hardware predicts a GPU from its data sheet: one that was never measured, or only
// with a network or two.
//
//  1. A Spec is the data sheet, and what to predict for it: a space and a batch size.
//  2. For makes a Predictor of it and of measured GPUs. The order of networks comes from
//     the tables of those that were measured with the same space and batch, of its own
//     generation if there are any; their mean comes from all measured GPUs, of all spaces
//     and batches, by the law below. A prediction is never below the time that the GPU's
//     arithmetic needs (the roofline).
//  3. Predictor.Measured makes a Predictor that also knows measurements of the GPU, from one
//     on: they settle the scale, which is what a data sheet can't say. From three on package
//     adapt learns the times of choices as well.
//
// # The law
//
// With t the latency of GPU d in space s at batch b, averaged over networks in logarithms, B
// the memory bandwidth and w the share of work of that space and batch (see Scale),
//
//	log t = level(s, b) + w·(generation + generation in s + card - log B) + (1-w)·(host of d in s) + noise
//
// All effects are Gaussian around 0, the level with hardly any prior: where a GPU's work
// decides, latency is inverse to bandwidth, but for what a generation and a card make of it;
// where launches decide, as with small batches, it is that of a host that no data sheet knows.
// A generation that was measured in any space or laboratory is known in all; two laboratories'
// times may differ by any factor, since levels do. Of a generation that was measured nowhere
// only the prior is known, and intervals are wide.
package hardware
