// Package encode turns architectures, and the hardware they run on, into the
// numbers that a network reads.
//
//  1. An Encoder (OFA128, HELP145, Proxyless151, Of a space, Hardware, ByName) has a
//     name and a width, which models save, so that no model is ever fed another's code.
//  2. Encode writes a dense row, Ones lists the indexes that are 1, Decode goes
//     back.
//  3. Matrix encodes many architectures at once, row after row.
//
// The codes differ in what they can say about the resolution: OFA128 has eight
// bins of 16 pixels from 112, HELP145 twenty-five steps of 4 pixels from 128. A
// resolution outside is an error, never a silent row of zeros. Proxyless151 is
// HELP145 for networks of six stages. Every space has a code, also one that was added:
// see Of.
//
// Package encodetest holds what every encoder must fulfil.
package encode
