// Package loops has the inner loops of multilayer perceptrons, for processors with
// AVX-512, with AVX2 and FMA, and in plain Go for all others.
//
//  1. Matrix is a dense matrix whose rows are padded to whole vectors and aligned.
//  2. Sparse is what of a matrix is not 0, by rows or by columns. Two thirds of an
//     encoded architecture and about half of what a ReLU lets through are 0; what is
//     not kept costs nothing. Compress makes it of a dense matrix, Take of rows of
//     package sparse.
//  3. Multiply and MultiplyAdd multiply sparse rows by a dense matrix: a layer's
//     forward pass. Rows that have much the same entries are taken in pairs.
//  4. MultiplySampled computes of the product of two dense matrices the elements that
//     sparse columns name: the gradient on its way back through a layer and the ReLU
//     before it.
//  5. GradientStep multiplies sparse columns by a dense matrix, which gives the
//     gradient of weights, and takes a step of gradient descent on them while they are
//     at hand.
//  6. Burn does nothing as fast as it can be done: the processor's limit.
//
// A sum is taken in the order of a line's entries, whatever the shape of the matrices
// around it and whoever computes it, so results do not depend on how the work is
// split. AVX-512 and AVX2 agree to the bit but in MultiplySampled; plain Go rounds
// twice where they round once.
//
// The assembler is written by the command in gen, from one template for each loop.
package loops

//go:generate go run ./gen
