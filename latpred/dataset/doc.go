// Package dataset holds latency measurements of architectures on devices.
//
//  1. Open finds a Set: one that ships with the project, by name (Index lists them), or a
//     CSV file. A Reader streams a file of any length.
//  2. A Split divides a set's rows into training, validation and test rows: in file
//     order, as the paper did, or by network, so that no network is on two sides. A
//     predictor's provenance keeps it, for audit.SeenBy.
//
// Package audit checks sets for doubtful rows, package upstream reads files of other
// projects, and package catalog names everything that ships.
//
// # The format
//
// A set is a CSV file, plain or gzip'd, such as a spreadsheet writes: a header, then one
// row for each measurement, in the order of measuring. Its columns, in any order, are:
//
//	arch         the architecture: canonical text (see space.Arch.String) or OFA's JSON object
//	latency_ms   milliseconds, above 0; may be missing in files for prediction
//	std_ms       optional: standard deviation over the runs
//	runs         optional: number of timed runs
//	measured_at  optional: time, RFC 3339
//	device       optional: device id
//
// Any other column is an error, so that a misspelt name is never silently ignored. A file
// whose first line is an architecture has no header: each line is one architecture.
package dataset
