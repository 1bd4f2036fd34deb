// Package ridge solves weighted, penalised least squares over sparse rows in
// closed form.
//
//  1. Add takes rows, each a list of Terms with a target and a weight, into the
//     normal equations: memory is that of the columns, not of the rows.
//  2. Solve factorises them (Cholesky) and gives a coefficient for each column.
//  3. Huber gives the weights with which rows far from a fit are taken in again.
package ridge
