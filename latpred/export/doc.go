// Package export writes predictors as ONNX graphs, for other programs: WriteONNX. A table
// becomes look-ups and sums over the encoding of an architecture, followed by the launch
// queue and the learned correction, if it has them.
package export
