package experiment

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/space"
)

// searched is what the searches of one kind, one for each limit, came to under some seeds.
type searched struct {
	limits           []atLimit
	believed, judged figure.Series // top-1 over latency under the first seed, as the search saw it and as it is
	broken           []float64     // for each seed, limits that the found network does not meet
	evaluated        int           // latencies asked for under the first seed
	seconds          []float64     // for each seed
}

// atLimit is what searches under one limit found, a value for each seed.
type atLimit struct {
	believed, truth, top1 []float64 // truth is NaN where nobody knows it
	note                  string    // the network of the first seed, or why there is none
}

// begin starts a seed.
func (f *searched) begin() { f.broken = append(f.broken, 0) }

// add notes what a search found under limit i. trueMs is NaN where nobody knows it.
func (f *searched) add(s judgedSearch, i int, a space.Arch, ms, trueMs, top1Percent float64) {
	at := &f.limits[i]
	at.believed, at.truth, at.top1 = append(at.believed, ms), append(at.truth, trueMs), append(at.top1, top1Percent)
	first := len(f.broken) == 1
	if first {
		at.note = a.String()
		f.believed.X, f.believed.Y = append(f.believed.X, ms), append(f.believed.Y, top1Percent)
	}
	if math.IsNaN(trueMs) {
		return
	}
	if first {
		f.judged.X, f.judged.Y = append(f.judged.X, trueMs), append(f.judged.Y, top1Percent)
	}
	if trueMs > s.limits[i] {
		f.broken[len(f.broken)-1]++
	}
}

// rows are two for each limit, latency and top-1, with the paper's values.
func (f searched) rows(s judgedSearch) []Row {
	var rows []Row
	for i, at := range f.limits {
		name := fmt.Sprintf("%s, ≤ %g ms: ", s.name, s.limits[i])
		latency, top1 := newRow(name+"latency", "ms"), newRow(name+"top-1", "%")
		if len(s.paper.latencyMs) > 0 {
			latency.Paper, top1.Paper = Number(s.paper.latencyMs[i]), Number(s.paper.top1[i])
		}
		latency.Note = at.note
		latency.publish(at.believed)
		top1.publish(at.top1)
		if !slices.ContainsFunc(at.truth, math.IsNaN) {
			latency.correct(at.truth)
		}
		rows = append(rows, latency, top1)
	}
	return rows
}

// calibrate fits published accuracies to those predicted, over the networks that
// the accuracy predictor can judge.
func calibrate() (nas.Calibration, error) {
	var archs []space.Arch
	var top1 []float64
	for _, n := range space.Published() {
		if n.Space.ID == "mbv3-w1.2" && n.Arch.Resolution < 240 {
			archs, top1 = append(archs, n.Arch), append(top1, n.Top1)
		}
	}
	predicted := make([]float64, len(archs))
	if err := accuracy.Predict(predicted, archs); err != nil {
		return nas.Calibration{}, err
	}
	return nas.Calibrate(predicted, top1)
}
