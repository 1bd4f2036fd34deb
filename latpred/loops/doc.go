// Package loops has the inner loops of multilayer perceptrons, for processors
// with AVX-512, with AVX2 and FMA, and in plain Go for all others.
//
//  1. Matrix is a matrix whose rows are padded to whole vectors and aligned.
//  2. Lists are the entries of a matrix that are not 0, row by row or column by
//     column. Two thirds of an encoded architecture and about half of what a ReLU
//     lets through are 0; what is not in a list costs nothing.
//  3. Multiply and Accumulate multiply lists by a matrix: a layer's forward pass.
//     Rows that have much the same entries share a list in pairs.
//  4. Dots multiplies a matrix by another's rows, where a list says so: the way
//     back through a layer, masked by its ReLU.
//  5. Descend multiplies columns by a matrix, as lists say, which gives the gradient
//     of weights, and takes a step of SGD on them while they are at hand.
//  6. Burn does nothing as fast as it can be done: the processor's limit.
//
// A sum is taken in the order of its list, whatever the shape of the matrices
// around it and whoever computes it, so results do not depend on how the work is
// split. AVX-512 and AVX2 agree to the bit but in Dots; plain Go rounds twice
// where they round once.
package loops
