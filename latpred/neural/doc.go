// Package neural has the paper's predictor: a multilayer perceptron that maps an encoded
// architecture to its latency.
//
//  1. Train trains a Predictor on measurements of a device; FineTune starts from a
//     Predictor of another device and needs few measurements.
//  2. Tune searches for the optimizer that gives the smallest validation error.
//  3. FromCheckpoint takes the weights of a PyTorch checkpoint, such as the paper's
//     authors released.
//  4. What the authors did when they fine-tuned is PublishedRuns, FineTuneHead, and a Head
//     AsTrained and AsTested; what they released is Released and ReleasedHead.
//
// The network is in package mlp, the encodings are in package encode.
package neural
