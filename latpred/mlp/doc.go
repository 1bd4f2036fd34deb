// Package mlp trains and applies the multilayer perceptrons that predict latency
// and accuracy. Panics of GoMLX become errors here.
//
//  1. Params are the weights: Init draws them as PyTorch does, FromTensors takes
//     them from a checkpoint.
//  2. Data are rows: sparse inputs, as package encode makes them, and a target for
//     each.
//  3. A Job is a training to be done: Data, initial weights and the Config. Train does
//     it and returns a Result: weights, the history of losses, and whether they
//     diverged. An observer is told of each epoch, and a checkpoint file lets an
//     interrupted training continue.
//  4. Begin returns a Training, which its caller advances epoch by epoch; BeginStack
//     returns Stacked, several trainings along a leading axis, for GPUs.
//  5. Model applies weights on the processor, without allocating; Batch on a
//     backend.
//
// On XLA an epoch is one executable: inputs are dense arrays, rows are gathered and
// steps taken in a loop on the device, and weights stay there. On the Go backend,
// trainings run on package loops, which skips zeros, on threads that share each step.
// Both take the same steps in the same order, and agree up to float32 rounding.
package mlp
