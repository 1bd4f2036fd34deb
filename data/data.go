// Package data embeds the measurements that ship with ofalat, so that experiments need no
// internet access. README.md beside this file describes the contents, their origin, how
// they were measured and their known defects. Packages dataset, lut and gpu read them.
package data

import "embed"

// Files holds the shipped files, by their names in this folder.
//
//go:embed index.csv tables.csv gpus.csv gpuscales.csv claims.csv manifest.tsv sets lut journals accuracy-predictor.safetensors
//go:embed released transfer benchmarks benchmarks.csv helpdevices.csv
var Files embed.FS
