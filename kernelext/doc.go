// Package kernelext makes GoNB, the Go kernel for Jupyter, a comfortable lab. A
// notebook cell imports it for what it shows and what it keeps:
//
//  1. Figure, Table, Compare and Text show things, each with a plain-text form for
//     places that show nothing else.
//  2. Live draws the curves of something that runs, and Progress says how far it
//     is, at most ten times a second.
//  3. Keep carries a value from cell to cell and from notebook to notebook: a cell
//     is a program of its own, and variables don't outlive it.
//  4. Context ends when the cell is interrupted; Go runs a goroutine whose panic
//     is reported; Must ends the cell with a readable error.
//
// Outside a notebook the same calls print to standard output, so that what a cell
// does runs under go test and go run as well.
//
// Package run executes notebooks without Jupyter; command kernelext starts the
// kernel, installs it, and runs and checks notebooks.
package kernelext
