// Package export writes predictors as ONNX graphs, for other programs: WriteONNX. A table
// becomes look-ups and sums over the encoding of an architecture, followed by the launch
// queue and the learned correction, if it has them; what was adapted in a small space where
// layers depend on each other is a list of all networks.
package export
