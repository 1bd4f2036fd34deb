// Package mlp trains and applies the multilayer perceptrons that predict latency
// and accuracy. With package measure it is where GoMLX graphs are built; no
// panic of GoMLX leaves it.
//
//  1. Params are the weights: Init draws them as PyTorch does, FromTensors takes
//     them from a checkpoint.
//  2. Data are rows to learn from: sparse inputs, as package encode gives them, and
//     a target for each.
//  3. A Job is Data, first weights and the recipe that a Config describes. Train does
//     it and gives a Result: weights, the history of losses, and whether they
//     diverged. An observer follows it epoch by epoch; a checkpoint file lets it go
//     on after a kill.
//  4. Begin gives a Training, which its caller takes epoch by epoch; BeginStack gives
//     Stacked, several trainings along a leading axis, for GPUs.
//  5. Model applies weights on the processor, without allocating; Batch on a
//     backend.
//
// On XLA an epoch is one executable: inputs become dense arrays there, rows are
// gathered and steps taken in a loop on the device, and weights never leave it. Where
// the backend is Go, trainings run on package loops, which skips what is 0, on threads
// that share each step. Both take the same steps in the same order; they agree to
// float32 rounding.
package mlp
