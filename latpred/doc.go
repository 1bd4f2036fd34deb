// Package latpred predicts how long a sub-network of a search space takes on a
// device. This package is only the contract: the interfaces of predictors, their
// provenance, and warnings. The kinds of predictors, and all that they need, are
// packages of their own:
//
//  1. Networks: space (search spaces, architectures, layers), encode (an architecture
//     as numbers).
//  2. Measurements: dataset (sets of measurements), audit (doubts about them), upstream
//     and pytorch (files of other projects), lut (lookup tables), gpu (data sheets),
//     measure (times networks).
//  3. Predictors: neural (the paper's network), additive (times of layers, measured or
//     fitted, with or without a learned correction), adapt (a few measurements of a
//     device, and predictors of other devices), hardware (a data sheet, and predictors
//     of other GPUs). They are built on mlp and loops, pass, transfer, ridge, boost and
//     conformal.
//  4. Storage: modelfile (predictors in files), catalog (all that ships, by name),
//     export (predictors for other programs, by way of onnx).
//  5. Uses: explain (where the time goes), nas (search under a limit, with the accuracy
//     predictor of package accuracy), hpo (tuning of a training), serve (over HTTP),
//     experiment and figure (the paper's tables and figures), metric (how good), bench
//     (how fast).
//
// The arrows between them are drawn in docs/architecture.md.
package latpred
