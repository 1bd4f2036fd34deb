// Package export writes predictors of every kind for other programs, as ONNX graphs:
// WriteONNX. A table becomes look-ups and sums over the code of an architecture, a
// launch queue and a learned correction on top of them.
package export
