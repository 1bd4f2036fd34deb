// Package ridge solves weighted, penalised least squares over sparse rows in
// closed form.
//
//  1. System.Add adds rows to the normal equations: each is a list of Terms with a
//     target and a weight. Memory grows with the square of the number of columns that
//     occur, not with the rows.
//  2. System.Solve factorises them (Cholesky) and gives a coefficient for each column.
//  3. Huber gives the weights for adding rows again in a robust fit, in which rows far
//     from the last fit count less.
package ridge
