// Package latpred predicts how long a Once-For-All sub-network takes on a device.
//
//  1. Train learns a Predictor from measurements; FromCheckpoint makes one of the
//     paper authors' checkpoints.
//  2. A Predictor turns architectures into milliseconds, and says what it is and
//     where it came from.
//  3. Save and Load keep it in one file, a safetensors file that other programs
//     can read too.
//
// The parts are packages of their own: space (what can be built), encode (an
// architecture as numbers), dataset (measurements), lut (lookup tables), mlp (the
// network), backend (what it runs on), metric (how good it is), experiment (the
// paper's tables and figures).
package latpred
