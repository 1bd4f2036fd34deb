// Package catalog finds what ships with the project by its name.
//
//  1. Entries lists it: each set of measurements and each lookup table, with the
//     device, its hardware, whose data it is, the search space, and what predicts it.
//     Find takes a name or another name of it.
//  2. An Entry gives its rows (Set), its table of layers (Table), a predictor
//     (Entry.Predictor) and a source to adapt from (Entry.Source).
//  3. Load gives a predictor by such a name or from a file, Source and Sources what
//     adapting starts from, likewise; GPU one for a data sheet alone.
//
// It imports every family of predictors, so that Load knows all kinds.
//
// All it says is data: the files index.csv, tables.csv and gpus.csv, read by packages
// dataset, lut and gpu. What is added there is found here, and by every command and
// the server, without a change.
package catalog
