// Package latpred predicts how long a sub-network of a search space takes on a
// device. It is the contract alone: what every predictor can do, what some can, and
// what is said about them. The families of predictors, and all that they need, are
// packages of their own:
//
//  1. What can be built: space (search spaces, architectures, layers), encode (an
//     architecture as numbers).
//  2. What was measured: dataset (sets of measurements), audit (what is doubtful
//     about them), upstream and pytorch (files of other projects), lut (lookup
//     tables), gpu (data sheets), measure (times networks).
//  3. What predicts: neural (the paper's network), additive (times of layers, as
//     measured or fitted, with a learned correction or without), adapt (few
//     measurements of a device, and predictors of others), hardware (a data sheet,
//     and predictors of others). They stand on mlp and loops, pass, fewshot, ridge,
//     boost and conformal.
//  4. What is kept and found: modelfile (predictors in files), catalog (all that
//     ships, by name), export (predictors for other programs, by way of onnx).
//  5. What it is for: explain (where the time goes), nas (search under a limit,
//     with the accuracy predictor of package accuracy), hpo (tuning of a training),
//     serve (over HTTP), experiment and figure (the paper's tables and figures),
//     metric (how good), bench (how fast).
//
// The arrows between them are drawn in docs/architecture.md.
package latpred
