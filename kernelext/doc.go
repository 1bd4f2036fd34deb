// Package kernelext adds displays, cached values and readable errors to notebooks for
// GoNB, the Go kernel for Jupyter. Notebook cells import it:
//
//  1. Figure shows a plot, Drawing anything drawn on a canvas. Table, SortedTable and
//     FoldedTable show numbers; Compare shows them beside the paper's, with the
//     Difference signed and coloured; Text shows text.
//  2. Live draws the curves of a running computation, LiveTable a table of it; Progress
//     and Each show the progress of a loop; Log collects the output of a library in a
//     folded display. They are updated at most ten times a second, and the final state
//     is always shown.
//  3. Keep passes a value from cell to cell and from notebook to notebook, since each
//     cell is a program of its own whose variables end with it. Forget removes it.
//  4. Context ends when the cell is interrupted, and open displays then say so; Go runs
//     a goroutine whose panic is reported; Must and Check end the cell with an error
//     message that begins with the reason and the line of the cell.
//
// Each display is sent in several forms, and the front end shows the best one that it
// can, also in untrusted notebooks, in light and dark themes and in print. Outside a
// notebook the same calls print text to standard output, so that the code of a cell also
// runs under go test and go run.
//
// Package run executes notebooks without Jupyter; command kernelext starts the
// Jupyter kernel, installs it, and runs and checks notebooks.
package kernelext
