package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
)

type evaluateCmd struct {
	rowFlags
	Model    predictorName `required:"" help:"Predictor: the name of what ships, or a file." predictor:"name"`
	Data     string        `required:"" help:"Shipped set or CSV file with latencies." predictor:"name"`
	Rows     string        `enum:"all,test,validation,train" default:"all" help:"all; or test, validation or train: as the predictor's training divided the set. Of a set that it was not trained on all rows are test rows."`
	Protocol string        `enum:"recorded,published,corrected" default:"recorded" help:"How the training divided the set, for files that don't record it: published, in file order; corrected, by architecture with the file's seed."`
	Interval float64       `default:"0.9" above:"0" below:"1" help:"Level of the interval that is judged."`
	Online   bool          `help:"Rows are in the order of measuring, and each is seen before the next is predicted: the host's state and the interval follow."`
	Space    string        `placeholder:"ID" help:"Space, and so width, of the networks: an error if the predictor or the set is known to be of another." predictor:"space"`
	Worst    int           `default:"5" min:"0" max:"1000000" help:"How many of the worst rows to print."`
}

// evaluation is the result of evaluate --json.
type evaluation struct {
	Model      string             `json:"model"`
	Data       string             `json:"data"`
	Kind       string             `json:"kind"`
	Provenance latpred.Provenance `json:"provenance"`
	Judged     *judged            `json:"judged"`
	metric.Scores
	Interval *intervalScores   `json:"interval,omitempty"`
	Worst    []worstRow        `json:"worst"`
	Warnings []latpred.Warning `json:"warnings,omitempty"`
}

type worstRow struct {
	Row         int        `json:"row"` // of the set, from 1
	Arch        space.Arch `json:"arch"`
	LatencyMs   float64    `json:"latency_ms"`
	PredictedMs float64    `json:"predicted_ms"`
}

// Run compares predictions with measurements.
func (c *evaluateCmd) Run(ctx context.Context, out *output) error {
	p, err := c.Model.load(ctx)
	if err != nil {
		return err
	}
	set, err := c.openSet(out, c.Data, c.Space)
	if err != nil {
		return err
	}
	doubts, err := c.doubts(out, p, set)
	if err != nil {
		return err
	}
	rows, judged, err := judgedRows(p, set, c.Rows, c.Protocol)
	if err != nil {
		return err
	}
	notes := set.Warnings
	set = set.Subset(rows)
	e := &evaluation{Model: string(c.Model), Data: set.Name, Kind: p.Kind(), Provenance: p.Provenance().WithoutUses(), Judged: judged, Warnings: doubts}
	if err := c.judge(e, p, set); err != nil {
		return fmt.Errorf("%s: %w", set.Name, err)
	}
	for i, w := range e.Worst {
		e.Worst[i].Row = rows[w.Row-1] + 1
	}
	if from := p.Provenance(); from.Device != "" && set.Device != "" && from.Device != set.Device {
		out.Logf("note: the predictor is for %s, the measurements are of %s", from.Device, set.Device)
	}
	logWarnings(out, e.Warnings)
	e.Warnings = append(notes, e.Warnings...)
	if out.JSON() {
		return out.Emit(e)
	}
	e.print(out)
	return nil
}

// judge fills in how good the predictions and intervals are, and adds what is doubtful.
func (c *evaluateCmd) judge(e *evaluation, p latpred.Predictor, set *dataset.Set) error {
	pred, low, high, err := c.predict(p, set)
	if err != nil {
		return err
	}
	want := set.LatenciesMs()
	e.Scores, e.Worst = metric.Evaluate(pred, want), worst(set, pred, c.Worst)
	if e.Warnings == nil {
		e.Warnings = audit.AgainstPredictor(want, pred)
	}
	if low != nil {
		e.Interval = judgeInterval(c.Interval, pred, low, high, want)
		if e.Interval.rests(p); e.Interval.Unsupported {
			e.Warnings = append(e.Warnings, latpred.Doubts(p, c.Interval)...)
		}
	}
	relative := make([]float64, len(pred))
	for i := range pred {
		relative[i] = (want[i] - pred[i]) / pred[i]
	}
	e.Warnings = append(e.Warnings, audit.FollowEachOther(relative)...)
	return nil
}

// print writes the evaluation as text.
func (e *evaluation) print(out *output) {
	out.Printf("%s on %s, %s:\n", e.Model, e.Data, e.Judged)
	printScores(out, e.Scores)
	if i := e.Interval; i != nil {
		out.Printf("\nthe %s interval%s holds %.1f %% of the rows; by fifths of the prediction: %.1f; mean width %.4f ms\n", latpred.Percent(i.Level), i.backing(), i.CoveragePercent, i.BinsPercent, i.WidthMs)
		if i.UnboundedPercent > 0 {
			out.Printf("%.1f %% of the intervals have no upper bound: there were too few rows for the level\n", i.UnboundedPercent)
		}
	}
	var lines [][]string
	for _, w := range e.Worst {
		lines = append(lines, []string{fmt.Sprint(w.Row), fmt.Sprintf("%.4f", w.LatencyMs), fmt.Sprintf("%.4f", w.PredictedMs), w.Arch.String()})
	}
	out.Printf("\n")
	out.Table([]string{"worst row", "measured ms", "predicted ms", "architecture"}, lines)
}

// doubts judges the labels before they judge the predictor, and compares its space with
// that of the set.
func (c *evaluateCmd) doubts(out *output, p latpred.Predictor, set *dataset.Set) ([]latpred.Warning, error) {
	if err := errors.Join(declareSpace(set, c.Space), checkSpace(out, c.Model, p, c.Space)); err != nil {
		return nil, err
	}
	if set.SpaceID != "" && c.Space == "" {
		s, err := set.Space()
		if err != nil {
			return nil, err
		}
		if _, err := catalog.CheckSpace(p, s); err != nil {
			out.Logf("note: %v", err)
		}
	}
	warnings, err := audit.Units(set)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	return warnings, nil
}

// predict gives predictions and, where there are any, bounds.
func (c *evaluateCmd) predict(p latpred.Predictor, set *dataset.Set) (pred, low, high []float64, err error) {
	n := len(set.Samples)
	pred, low, high = make([]float64, n), make([]float64, n), make([]float64, n)
	if c.Online {
		t, ok := p.(*additive.Table)
		if !ok {
			return nil, nil, nil, fmt.Errorf("a predictor of kind %s can't follow a device online", p.Kind())
		}
		err = t.FollowMs(pred, low, high, set, c.Interval)
		return pred, low, high, err
	}
	if err := p.PredictMs(pred, set.Archs()); err != nil {
		return nil, nil, nil, err
	}
	if err := latpred.CheckMs(pred, set.Archs()); err != nil && slices.ContainsFunc(pred, func(ms float64) bool { return ms-ms != 0 }) {
		return nil, nil, nil, err // NaN or infinite; what is below 0 is a bad prediction, and counts
	}
	b, ok := p.(latpred.IntervalPredictor)
	if !ok {
		return pred, nil, nil, nil
	}
	err = b.BoundsMs(low, high, set.Archs(), c.Interval)
	if errors.Is(err, latpred.ErrNoInterval) {
		return pred, nil, nil, nil
	}
	return pred, low, high, err
}

// worst lists the rows with the largest relative errors.
func worst(set *dataset.Set, pred []float64, n int) []worstRow {
	rows := make([]worstRow, len(pred))
	for i, s := range set.Samples {
		rows[i] = worstRow{i + 1, s.Arch, s.LatencyMs, pred[i]}
	}
	off := func(r worstRow) float64 { return math.Abs(r.PredictedMs-r.LatencyMs) / r.LatencyMs }
	slices.SortStableFunc(rows, func(a, b worstRow) int { return cmp.Compare(off(b), off(a)) })
	return rows[:max(0, min(n, len(rows)))]
}
