// Package modelfile keeps predictors in files.
//
//  1. Save writes any predictor that is Storable; Load reads it again. A program
//     knows the kinds whose packages it imports; package catalog imports all.
//  2. A package of predictors Registers its kind, and owns what its files say: its
//     Store gives a Bundle of tensors and a JSON value, its Loader takes them.
//  3. A predictor that is made of others keeps them with StoreNested and LoadNested.
//
// # The format
//
// A predictor is a safetensors file: numbers as tensors, everything else as text in
// the header, where any reader of the format finds it. Its keys are "format"
// ("latpred 2"), "kind", "provenance" (JSON), "model" (JSON, by kind) and "sha256",
// that of the model and of all tensors by name.
package modelfile
