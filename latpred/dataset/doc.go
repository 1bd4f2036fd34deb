// Package dataset holds measurements: which architecture took how long on which
// device.
//
//  1. Open finds a Set: one that ships with the project, by name (Index lists
//     them), or a CSV file of yours. A Reader streams a file of any length.
//  2. A Split divides a set's rows for training, validation and test: in file
//     order, as the paper did, or by architecture, so that nothing is seen twice.
//
// What is doubtful about a set is package audit's, files of other projects are package
// upstream's, names of all that ships are package catalog's.
//
// # The format
//
// A set is a CSV file, plain or gzip'd, that a person can make in a spreadsheet:
// a header, then one row a measurement, in the order of measuring. Columns, in
// any order:
//
//	arch         the architecture: canonical text (see space.Arch.String) or OFA's JSON object
//	latency_ms   milliseconds, above 0; may be missing where only predictions are wanted
//	std_ms       optional: standard deviation over the runs
//	runs         optional: number of timed runs
//	measured_at  optional: time, RFC 3339
//	device       optional: device id
//
// Another column is an error, since a misspelt name would be lost silently. A
// file without a header whose first line is an architecture is read as one
// architecture a line.
package dataset
