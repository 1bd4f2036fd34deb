// Package hardware predicts a GPU that was never measured, from its data sheet. For scales
// the tables of measured GPUs by the ratio of memory bandwidths; a prediction is never
// below the time that the GPU's arithmetic needs (the roofline). Expect the order of
// networks to be right; how far the scale can be off, the interval says.
package hardware
