package merge

import (
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/measure"
)

// join fits the model to joined sessions, and makes the journals and the report of them.
func (m *Merged) join(all, joined []*session, o Options) {
	f := fitted{factors: make([][]float64, 1), scales: make([]float64, 1), widths: make([]float64, 1)}
	if len(joined[0].logs[0]) > 0 {
		v, df := labelNoise(joined)
		f = fit(logsOf(joined), v, df, weights(joined, ofJournal(joined, o.Reference)))
	} else {
		f.factors[0] = make([]float64, len(joined[0].groups)) // one session without anchors
	}
	divisors := map[*measure.Journal][]float64{} // 0: the group is left out
	for _, s := range all {
		if divisors[s.journal] == nil {
			divisors[s.journal] = make([]float64, s.of)
		}
	}
	for i, s := range joined {
		for g, at := range s.at {
			divisors[s.journal][at] = math.Exp(f.factors[i][g])
		}
	}
	m.concat(all, divisors)
	m.describe(joined, f, o)
}

// concat makes the journals of the groups that have divisors: on the common scale, and as they
// were measured.
func (m *Merged) concat(all []*session, divisors map[*measure.Journal][]float64) {
	scaled, raw := map[string][]measure.Part{}, map[string][]measure.Part{}
	seen := map[*measure.Journal]bool{}
	for _, s := range all {
		j := s.journal
		if seen[j] {
			continue
		}
		seen[j] = true
		ones := make([]float64, len(divisors[j]))
		for i, v := range divisors[j] {
			if v > 0 {
				ones[i] = 1
			}
		}
		what := j.Header.What
		scaled[what], raw[what] = append(scaled[what], measure.Part{Journal: j, Divisors: divisors[j]}), append(raw[what], measure.Part{Journal: j, Divisors: ones})
	}
	m.labels, m.raw, m.results = map[string]*measure.Journal{}, map[string]*measure.Journal{}, map[string][]measure.Result{}
	for what := range raw {
		h := m.header
		h.What = what
		m.raw[what] = measure.Concat(h, raw[what]...)
		h.Device = m.Report.Device
		m.labels[what] = measure.Concat(h, scaled[what]...)
		m.results[what] = single(m.labels[what])
	}
}

// noiseOf estimates the model's variances.
func noiseOf(list []*session) components {
	var f fitted
	v, df := labelNoise(list)
	f.estimate(logsOf(list), v, df)
	return f.components
}

func logsOf(list []*session) (logs [][][]float64) {
	for _, s := range list {
		logs = append(logs, s.logs)
	}
	return logs
}

// labelNoise is the variance of a label's logarithm as the rounds tell it, the mean over the
// groups by their units, with its degrees of freedom; 0 if the rounds are too few.
func labelNoise(list []*session) (variance, df float64) {
	for _, s := range list {
		for _, g := range s.groups {
			if n := float64(len(g.Units) + len(g.Anchors)); g.LabelCV > 0 {
				variance += n * square(g.LabelCV)
				df += n
			}
		}
	}
	return variance / max(1, df), df
}

// weights are the sessions' in the common scale.
func weights(list, reference []*session) []float64 {
	w := make([]float64, len(list))
	sum := 0.
	for i, s := range list {
		if len(reference) == 0 || slices.Contains(reference, s) {
			w[i] = float64(s.rows)
		}
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
	return w
}
