// Package encode turns architectures, and the hardware they run on, into the vectors that
// a neural network reads.
//
//  1. An Encoder (OFA128, HELP145, Proxyless151, Of, Hardware, ByName) has a name and a
//     width. Models save both, so that no model is ever given another's encoding.
//  2. Encode writes a dense row, Ones lists the indexes that are 1, and Decode inverts
//     both.
//  3. Matrix encodes many architectures as dense rows, Sparse as sparse rows (CSR).
//
// The encodings differ in the resolutions that they distinguish: OFA128 has eight bins of
// 16 pixels from 112, HELP145 twenty-five steps of 4 pixels from 128. A resolution
// outside is an error, never a row of zeros. Proxyless151 is HELP145 for networks of six
// stages. Every registered space has an encoding: see Of.
//
// Package encodetest is the conformance suite of encoders.
package encode
