// Package archfile reads files of networks, in the forms in which programs write them:
// canonical texts or OFA's dictionaries, a line each or over many lines; a list of them,
// or a dictionary of named ones, that is the whole file; the net.config of one
// specialised network, with its run.config beside it.
//
//  1. Is says whether a text is such a file. Package dataset reads the others, tables.
//  2. Reader gives the networks one by one, with their places. The forms of one network
//     are those of space.Describe.
//
// Lists may be of any length; each network in them, or a dictionary of named networks,
// has at most literal.MaxBytes.
package archfile
