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
// A set is a table, plain or gzip'd: a header, then one row for each measurement, in the
// order of measuring. Write writes it as CSV with these columns:
//
//	arch         the architecture: canonical text, OFA's dictionary, or what else space.Parse reads
//	latency_ms   milliseconds, above 0; may be missing in files for prediction
//	std_ms       optional: standard deviation over the runs
//	runs         optional: number of timed runs
//	measured_at  optional: time, RFC 3339
//	device       optional: device id
//
// Tables of other programs are read as well, where it is clear what they mean. Where it is
// not, the error says what is open, and Options decide it: nothing is guessed. How a table
// was read is told by the warnings of the Set or the Reader.
//
//   - Form: commas, semicolons, tabs or bars between cells, decimal commas (in quotes where
//     commas separate cells), JSON and Python dictionaries: see package sheet. UTF-8, UTF-16
//     and any ends of lines: see package textfile, which names workbooks, Parquet files and
//     others that are no text.
//   - Names: case, spaces and punctuation don't count. The architecture may stand in subnet,
//     sub-network, net_config, config and so on, and in a column of any name if it is the only
//     one with architectures. Its parts may have columns of their own (ks, e, d, resolution;
//     ks_0 to ks_19 and so on). The latency may be called latency, lat, time, runtime, mean,
//     median and so on; predicted, minimal and maximal ones are not it. A column arch or
//     latency_ms is preferred to all others; several other ones that can be it are an error.
//   - Units: s, ms, µs or ns in the header, in each cell or in a column unit are converted
//     exactly. Without one latencies are milliseconds. Units that contradict each other are an
//     error.
//   - Numbers have no thousands separators. Where a comma can be one, that is an error.
//   - Gaps: a latency that is empty or 0 was not asked for; the row is left out. Any other
//     cell that is none, such as -1, nan, inf or a word, says that a measurement failed: then
//     all gaps of the file are one error, or left out with Options.SkipUnmeasured.
//   - Mixtures: columns of devices, batch sizes, spaces, units, precisions, threads and
//     runtimes have one value in all rows, and networks are of one family. Several are an
//     error, unless Options.Where chooses. A row without a device is of that of the others.
//   - Columns that have none of these meanings are left out.
//
// A file without a header, that begins with an architecture, is a list of architectures in any
// form that package archfile reads: a Reader gives them, without latencies.
package dataset
