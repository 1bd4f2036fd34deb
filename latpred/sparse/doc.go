// Package sparse provides sparse matrices in compressed-sparse-row form (CSR).
//
// About a third of the inputs of an encoded architecture are 1 and all others are 0. Rows
// stores only the elements that are not 0. Package encode appends rows to it, and package
// mlp trains on them and predicts from them, without dense rows in between.
package sparse
