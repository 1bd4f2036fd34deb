// Package data carries the measurements that ship with ofalat, so that every
// experiment runs without a network. What is in it, where it comes from, how it
// was measured and what is wrong with it stands in README.md beside this file;
// packages dataset and lut read it.
package data

import "embed"

// Files holds the shipped files under the names that they have in this folder.
//
//go:embed index.csv tables.csv gpus.csv published.csv manifest.tsv sets lut journals accuracy-predictor.safetensors
var Files embed.FS
