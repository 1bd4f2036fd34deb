// Package kernelext makes GoNB, the Go kernel for Jupyter, a comfortable lab. A
// notebook cell imports it for what it shows and what it keeps:
//
//  1. Figure shows a plot, Drawing whatever is drawn on a canvas. Table,
//     SortedTable, FoldedTable and Compare show numbers, the last beside the
//     paper's with the Difference signed and coloured; Text shows text.
//  2. Live draws the curves of something that runs, LiveTable a table of it,
//     Progress and Each say how far a loop is, Log folds what a library has to
//     say: at most ten times a second, the last state always.
//  3. Keep carries a value from cell to cell and from notebook to notebook: a cell
//     is a program of its own, and variables don't outlive it. Forget drops it.
//  4. Context ends when the cell is interrupted, and what was open says so; Go runs
//     a goroutine whose panic is reported; Must and Check end the cell with the
//     reason and its line first.
//
// Each display goes out in several forms, of which a front end takes the best that
// it may show: right in an untrusted notebook, in light and dark, in print. Outside
// a notebook the same calls print to standard output, so that what a cell does runs
// under go test and go run as well.
//
// Package run executes notebooks without Jupyter; command kernelext starts the
// Jupyter kernel, installs it, and runs and checks notebooks.
package kernelext
