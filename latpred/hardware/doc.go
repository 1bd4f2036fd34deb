// Package hardware predicts a GPU that was never measured from its data sheet: For
// moves the tables of the GPUs that were measured by the ratio of memory bandwidths,
// and never below what the GPU's arithmetic allows. Expect the order of networks to be
// right, and the scale as far as the interval says.
package hardware
