// Package archfile reads files of networks, in the forms in which programs write them.
//
//  1. Is says whether a text is such a file. Package dataset reads the others, tables, and
//     takes this package where a list of networks will do.
//  2. Reader gives the networks one by one, with their places.
//  3. Parse, One and Argument read the one network of a text, of a file, and of an argument
//     of a command, which may be either.
//
// # The forms
//
// One network is what space.Describe reads: a canonical text, OFA's dictionary, the
// net.config of a specialised network, or an object of a script that holds one of them.
// Dictionaries are JSON, or what Python, NumPy and PyTorch print, see package literal, on
// one line or over many.
//
// A file has networks one after the other, with white space or commas between, or in a
// list, or in a dictionary whose values, or keys, they are. Before a network may stand a
// name with a sign of equality, as in a script, or words with a colon, as in a log.
// Comments go from # to the end of the line.
//
// # The resolution
//
// A network that tells no resolution has that of Options, or the only one of its family. A
// net.config has that of the run.config beside it. Where two of these say different things,
// that is an error.
//
// # Bounds
//
// Networks of a list that is the whole file, or one after the other, are read in memory for
// one at a time. Any other value has at most literal.MaxBytes.
package archfile
