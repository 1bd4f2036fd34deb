// Package mlp trains and applies the multilayer perceptrons that predict latency
// and accuracy. With package measure it is where GoMLX graphs are built; no
// panic of GoMLX leaves it.
//
//  1. Params are the weights: Init draws them as PyTorch does, FromTensors takes
//     them from a checkpoint.
//  2. Train runs the recipe that a Config describes on Data and gives a Result:
//     weights, the history of losses, and whether they diverged. An observer
//     follows it epoch by epoch; a checkpoint file lets it go on after a kill.
//  3. Training is one that its caller takes epoch by epoch.
//  4. Model applies weights on the processor, without allocating; Batch on a
//     backend.
//  5. Stacked is several trainings along a leading axis, for GPUs.
//
// On XLA an epoch is one executable: rows are gathered and steps taken in a loop
// on the device, and weights never leave it. Where the backend is Go, trainings run
// on package loops, which skip what is 0, on threads that share each
// step. Both take the same steps in the same order; they agree to float32 rounding.
package mlp
