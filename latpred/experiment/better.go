package experiment

import (
	"errors"
	"fmt"
)

// better evaluates the predictors that go beyond the paper: tables with a launch queue,
// few-shot adaptation, and prediction for GPUs that were never measured.
func better(r *runner) error {
	b := newBetterRun(r)
	if b.draws < 20 {
		r.result.Reduced += ", no learned correction, tables of known recipes"
	}
	if err := r.inParts(b.tables, b.fixedKernels, b.shapes, b.fewShot, b.fewIntervals, b.help, b.neverMeasured, b.sheets, b.kinds); err != nil {
		return err
	}
	r.result.Notes = append(r.result.Notes,
		"File order: learnt from the first 7,000 rows, chosen by every second of the next 1,500, calibrated on the others, judged on the authors' last 1,500. Splits by architecture: the same shares at random, those of Table 1; best is the mean, corrected the same with its interval. Few-shot values are medians over draws of the measured rows.",
		"The host's state is that of the last validation row, unless a row says otherwise.",
		"The labels of the two GPUs are what a clock shows that did not wait for the device; our tables know that. Their true pass is longer, see latpred predict --pass.")
	return nil
}

// betterRun is a run of better.
type betterRun struct {
	*runner
	draws int
	tiny  bool
	seen  string // what rows say that they have seen, see saw
}

// newBetterRun chooses the number of draws.
func newBetterRun(r *runner) *betterRun {
	b := &betterRun{runner: r, draws: 20}
	switch {
	case r.profile == Full:
	case r.size.rows > 0 && r.size.rows < 1000: // the smallest, for tests
		b.draws, b.tiny = 1, true
	default:
		b.draws = 3
	}
	r.result.Seeds, r.result.Reduced = b.draws, ""
	if b.draws < 20 {
		r.result.Reduced = fmt.Sprintf("%d of 20 draws", b.draws)
	}
	return b
}

// inParts runs the parts of an item one after the other.
func (r *runner) inParts(parts ...func() error) error {
	r.of = len(parts)
	for i, part := range parts {
		if err := errors.Join(r.ctx.Err(), part()); err != nil {
			return err
		}
		r.tick(fmt.Sprintf("part %d of %d", i+1, len(parts)))
	}
	return nil
}

// saw makes the rows that reach adds next say what they have seen of the rows that judge
// them.
func (b *betterRun) saw(what string) *betterRun {
	seeing := *b
	seeing.seen = what
	return &seeing
}

// reach adds a row with our best value, its kind of predictor and a note, such as the
// target; paper is left out unless above 0.
func (b *betterRun) reach(quantity, unit string, paper, best float64, kind, note string) *Row {
	row := newRow(quantity, unit)
	row.Best, row.BestKind, row.Seen, row.Note = Number(best), kind, b.seen, note
	if paper > 0 {
		row.Paper = Number(paper)
	}
	b.result.Rows = append(b.result.Rows, row)
	return &b.result.Rows[len(b.result.Rows)-1]
}
