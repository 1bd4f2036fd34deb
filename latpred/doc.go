// Package latpred predicts how long a Once-For-All sub-network takes on a device.
//
//  1. Train learns a Predictor, the paper's network, from measurements;
//     TrainTable one of the times of layers, with a learned correction or without;
//     Adapt one from few measurements of a device and Sources of others; ForGPU one
//     from a data sheet; FromCheckpoint makes one of the paper authors' checkpoints.
//  2. A Predictor turns architectures into milliseconds, and says what it is and
//     where it came from. Some have an interval (Bounder), some know where the
//     time goes (SegmentTimer); Explain says what would save most.
//  3. Save and Load keep it in one file, a safetensors file that other programs
//     can read too.
//
// The parts are packages of their own: space (what can be built), encode (an
// architecture as numbers), dataset (measurements), lut (lookup tables), pass (the
// times of layers, and what a clock sees of them), fewshot (few measurements),
// conformal (intervals), boost and ridge (fits), mlp (the network), kernel (its
// loops on a processor), backend (what it runs on), hpo (its tuning), nas (search
// under a limit), measure (times networks), onnx and serve (for other programs),
// metric (how good it is), bench (how fast), experiment (the paper's tables and
// figures).
package latpred
