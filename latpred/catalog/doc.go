// Package catalog finds what ships with the project by its name.
//
//  1. Entries lists the sets of measurements and the lookup tables, each with its device,
//     hardware, origin, search space and kind of predictor, and Benchmarks those of spaces
//     other than OFA's. Find finds one by its name or alias.
//  2. An Entry gives its rows (Set), its lookup table (Table) and a predictor
//     (Entry.Predictor).
//  3. Load gives a predictor by name or from a file. Sources gives sources for adapting in the
//     same way; those that ship (Shipped) are fitted already, by BuildSources. GPU gives a
//     predictor for a data sheet, and MeasuredGPUs what it knows of others.
//
// The package imports every kind of predictor, so that Load can read all files.
//
// The entries are data: the files index.csv, benchmarks.csv, tables.csv and gpus.csv, which
// packages dataset, lut and gpu read. What is added there is found here, and by every command and
// the server, without a change of code.
package catalog
