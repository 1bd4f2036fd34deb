// Package sparse has matrices of which most elements are 0, as compressed rows.
//
// An encoded architecture has about a third of its inputs at 1 and all others at
// 0. Rows keeps what is not 0 and nothing else: package encode appends rows as it
// makes them, package mlp learns and predicts from them, and no dense row is made
// in between. The package depends on nothing, so that both can.
package sparse
