// Package modelfile saves predictors to files and loads them.
//
//  1. Save writes any predictor that is Storable; Load reads it again. A program can load
//     the kinds whose packages it imports; package catalog imports all of them.
//  2. A package of predictors registers its kind with Register and owns the content of its
//     files: Store gives tensors and a JSON value, from which its Loader makes the
//     predictor again.
//  3. A predictor that contains others saves them with StoreNested and LoadNested.
//
// # The format
//
// A file is a safetensors file: numbers are tensors, everything else is text in the
// header. The keys of the header are "format" ("latpred 3"), "kind", "provenance" (JSON),
// "model" (JSON, depending on the kind) and "sha256", the hash of the kind, the model, the
// provenance and all tensors in the order of their names. In the format "latpred 2", which is
// read as well, the hash leaves out the provenance.
package modelfile
