// Package neural has the paper's predictor: an architecture, encoded, through a
// multilayer perceptron.
//
//  1. Train learns a Predictor from measurements of a device, FineTune one from a
//     Predictor of another device and few measurements.
//  2. Tune finds the optimizer with which a set is learnt best.
//  3. FromCheckpoint takes the weights of a PyTorch checkpoint, such as the paper's
//     authors released.
//
// The network itself is package mlp's, the encodings are package encode's.
package neural
