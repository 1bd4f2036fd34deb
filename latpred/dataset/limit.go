package dataset

import (
	"io"

	"github.com/ofalat/ofalat/latpred/textfile"
)

// MaxRows is the most rows of a Set, which is held in memory; a Reader has no such limit.
const MaxRows = 5_000_000

// LimitLines returns a reader of r that errs if a line is much longer than 64 kB.
func LimitLines(r io.Reader) io.Reader { return textfile.LimitLines(r) }
