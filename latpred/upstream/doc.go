// Package upstream downloads and reads the files of other projects that the shipped data
// come from.
//
//  1. Manifest lists the files; Fetch downloads them, for example into CacheDir, resumes
//     interrupted downloads and verifies hashes.
//  2. ParseAuthorsCSV, ParseHELPArchs and ParseHELPLatencies read their formats; package
//     pytorch reads PyTorch's.
//  3. Open reads one of HELP's files of latencies, or one of its form, as a set.
//  4. Build and BuildBenchmarks make the shipped files from them again.
package upstream
