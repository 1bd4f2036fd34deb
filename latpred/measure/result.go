package measure

import (
	"math"
	"slices"
	"time"

	"github.com/ofalat/ofalat/latpred/metric"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Statistic describes Result.LatencyMs in a Header.
const Statistic = "median of rounds' minima"

// Result is the measurement of one unit, from the quietest Header.Rounds rounds of its
// group.
type Result struct {
	Key       string
	LatencyMs float64   // the label: median over the rounds of each round's fastest run
	MedianMs  float64   // median over the rounds of each round's median run
	StdMs     float64   // standard deviation of the rounds' fastest runs; 0 for a single round
	Runs      int       // timed runs in these rounds
	At        time.Time // start of the first of these rounds
	Group     int       // counted from 0
}

// Results lists the units of finished groups, in the order of measuring.
func (j *Journal) Results() []Result {
	var list []Result
	for _, g := range j.finished() {
		for i, key := range g.Units {
			list = append(list, g.result(key, len(g.Anchors)+i, j.Header))
		}
	}
	return list
}

// Rounds counts the rounds that are in the journal, also those of unfinished groups.
func (j *Journal) Rounds() (n int) {
	for _, g := range j.groups {
		n += len(g.rounds)
	}
	return n
}

// Anchors returns the results of each anchor by key, one for each finished group.
func (j *Journal) Anchors() map[string][]Result {
	all := map[string][]Result{}
	for _, g := range j.finished() {
		for i, key := range g.Anchors {
			all[key] = append(all[key], g.result(key, i, j.Header))
		}
	}
	return all
}

// PerUnit returns the time that a unit took, including preparation, all rounds and its
// share of the anchors: the time between the first rounds of consecutive groups, divided
// by the group's units, median over the groups. It is 0 if no process measured two
// groups.
func (j *Journal) PerUnit() time.Duration {
	var seconds []float64
	groups := j.finished()
	for i, g := range groups[:max(0, len(groups)-1)] {
		if next := groups[i+1]; next.process() == g.process() {
			seconds = append(seconds, next.rounds[0].At.Sub(g.rounds[0].At).Seconds()/float64(len(g.Units)))
		}
	}
	if seconds == nil {
		return 0
	}
	return time.Duration(metric.Median(seconds) * float64(time.Second))
}

// AnchorMs returns each anchor's latency in milliseconds by key, the median over the
// finished groups.
func (j *Journal) AnchorMs() map[string]float64 {
	ms := map[string]float64{}
	for key, results := range j.Anchors() {
		var list []float64
		for _, r := range results {
			list = append(list, r.LatencyMs)
		}
		ms[key] = metric.Median(list)
	}
	return ms
}

// Normalised returns the journal as if the machine had always been as fast as when its
// anchors took anchorMs, from AnchorMs of a journal of the same device; nil stands for
// this journal's own. All times of a group are divided by the mean ratio of its anchors'
// latencies to anchorMs. Groups with none of these anchors are left out. The result can
// only be read, and its Header.Device ends in "-normalised".
func (j *Journal) Normalised(anchorMs map[string]float64) *Journal {
	if anchorMs == nil {
		anchorMs = j.AnchorMs()
	}
	out := &Journal{Header: j.Header, path: j.path}
	out.Header.Device += "-normalised"
	out.Header.Statistic += ", over that of the group's anchors"
	for _, g := range j.finished() {
		var factor, n float64
		for i, key := range g.Anchors {
			if ms := anchorMs[key]; ms > 0 {
				factor, n = factor+g.result(key, i, j.Header).LatencyMs/ms, n+1
			}
		}
		if n == 0 {
			continue
		}
		factor /= n
		divided := *g
		divided.rounds = nil
		for _, r := range g.rounds {
			r.MinMs, r.MedianMs = scaled(r.MinMs, 1/factor), scaled(r.MedianMs, 1/factor)
			divided.rounds = append(divided.rounds, r)
		}
		out.groups = append(out.groups, &divided)
	}
	return out
}

func scaled(ms []float64, factor float64) []float64 {
	out := slices.Clone(ms)
	floats.Scale(factor, out)
	return out
}

func (j *Journal) finished() (list []*group) {
	for _, g := range j.groups {
		if g.complete(j.Header.Rounds, j.Header.Extra) {
			list = append(list, g)
		}
	}
	return list
}

// result computes the result of the unit, or anchor, at position i of the rounds.
func (g *group) result(key string, i int, h Header) Result {
	var mins, medians []float64
	rounds := g.quietest(h.Rounds)
	for _, r := range rounds {
		mins, medians = append(mins, r.MinMs[i]), append(medians, r.MedianMs[i])
	}
	res := Result{Key: key, LatencyMs: metric.Median(mins), MedianMs: metric.Median(medians), Runs: h.Runs * len(rounds), At: rounds[0].At, Group: g.Group}
	if len(mins) > 1 {
		res.StdMs = stat.StdDev(mins, nil)
	}
	return res
}

// Noise is the noise of a journal's labels. Coefficients of variation (CV) and Drift are
// fractions; they are 0 where there are too few rounds, groups or anchors.
type Noise struct {
	Round      float64   `json:"cv_of_rounds"`    // CV of the rounds' fastest runs, median over units and anchors
	Label      float64   `json:"cv_of_labels"`    // CV of a label measured again in the same session, estimated from odd and even rounds
	Groups     float64   `json:"cv_of_groups"`    // CV of an anchor's label over the groups, root mean square over the anchors
	Normalised float64   `json:"cv_normalised"`   // the same after dividing each anchor by the mean of the others: an upper bound, since they are noisy too
	Drift      float64   `json:"drift"`           // mean Factor of the last quarter of the groups over that of the first, minus 1
	Others     float64   `json:"others_max"`      // most cores that other processes kept busy in a round that labels are computed from; -1: not known
	Rounds     int       `json:"rounds"`          // rounds taken, quiet or not
	ClockJumps int       `json:"clock_jumps"`     // rounds with a jump of the time of day, among those that labels are computed from
	Sessions   int       `json:"sessions"`        // processes that measured
	GroupCount int       `json:"groups"`          // finished groups
	Factor     []float64 `json:"factor_by_group"` // slowness of each group: mean ratio of its anchors to their medians. Labels are not divided by it
}

// Noise computes the noise of the labels of finished groups.
func (j *Journal) Noise() Noise {
	n := Noise{Others: -1}
	var cvs, halves []float64
	sessions := map[process]bool{}
	groups := j.finished()
	for _, g := range groups {
		sessions[g.process()] = true
		n.Rounds += len(g.rounds)
		rounds := g.quietest(j.Header.Rounds)
		for _, r := range rounds {
			n.Others = max(n.Others, r.Others)
			if r.ClockJumpS != 0 {
				n.ClockJumps++
			}
		}
		c, h := g.spread(j.Header)
		cvs, halves = append(cvs, c...), append(halves, h...)
	}
	n.Sessions, n.GroupCount = len(sessions), len(groups)
	if len(cvs) > 0 {
		n.Round, n.Label = metric.Median(cvs), rootMeanSquare(halves)
	}
	j.anchorNoise(&n)
	return n
}

// rootMeanSquare is 0 of no values.
func rootMeanSquare(values []float64) float64 {
	return floats.Norm(values, 2) / math.Sqrt(float64(max(1, len(values))))
}

// anchorNoise fills in the fields that are computed from the anchors.
func (j *Journal) anchorNoise(n *Noise) {
	var ratios [][]float64 // by anchor, by group: over the anchor's median
	for _, results := range j.Anchors() {
		ms := make([]float64, len(results))
		for i, r := range results {
			ms[i] = r.LatencyMs
		}
		m := metric.Median(ms)
		for i := range ms {
			ms[i] /= m
		}
		if len(ms) == n.GroupCount {
			ratios = append(ratios, ms)
		}
	}
	if len(ratios) == 0 || n.GroupCount < 2 {
		return
	}
	var raw, normalised float64
	for a, own := range ratios {
		raw += stat.Variance(own, nil) / float64(len(ratios))
		rest := make([]float64, len(own))
		for g := range own {
			others, count := 0., 0.
			for b, r := range ratios {
				if b != a {
					others += r[g]
					count++
				}
			}
			rest[g] = own[g] / (others / count)
		}
		if len(ratios) == 1 {
			continue // no other anchor to divide by
		}
		normalised += stat.Variance(rest, nil) / float64(len(ratios))
	}
	n.Groups, n.Normalised = math.Sqrt(raw), math.Sqrt(normalised)
	for g := range n.GroupCount {
		var at []float64
		for _, r := range ratios {
			at = append(at, r[g])
		}
		n.Factor = append(n.Factor, math.Round(stat.Mean(at, nil)*1e5)/1e5)
	}
	q := max(1, n.GroupCount/4)
	n.Drift = stat.Mean(n.Factor[n.GroupCount-q:], nil)/stat.Mean(n.Factor[:q], nil) - 1
}

// anchorRatio is the mean ratio of the anchors' times in r to those in the journal's
// first round; 0 where there is none, or no anchors.
func (j *Journal) anchorRatio(r round) float64 {
	if len(j.groups) == 0 || len(j.groups[0].rounds) == 0 || len(j.groups[0].Anchors) == 0 {
		return 0
	}
	first := j.groups[0].rounds[0]
	var sum float64
	n := len(j.groups[0].Anchors)
	for i := range n {
		sum += r.MinMs[i] / first.MinMs[i] / float64(n)
	}
	return sum
}
