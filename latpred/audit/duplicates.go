package audit

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
)

// contradiction is how far the largest label of one architecture may exceed the smallest,
// as a fraction of the smallest.
const contradiction = .10

// measuredAgain is an architecture with several rows, and the range of its labels.
type measuredAgain struct {
	arch          space.Arch
	rows          []int
	lowMs, highMs float64
}

func (m measuredAgain) contradicts() bool { return m.highMs > (1+contradiction)*m.lowMs }

// repeats lists the architectures with several rows, in the order of their first rows.
func repeats(s *dataset.Set) (list []measuredAgain) {
	rows := map[space.Arch][]int{}
	var order []space.Arch
	for i, row := range s.Samples {
		if rows[row.Arch] == nil {
			order = append(order, row.Arch)
		}
		rows[row.Arch] = append(rows[row.Arch], i)
	}
	for _, a := range order {
		if len(rows[a]) == 1 {
			continue
		}
		m := measuredAgain{a, rows[a], math.Inf(1), 0}
		for _, i := range m.rows {
			m.lowMs, m.highMs = min(m.lowMs, s.Samples[i].LatencyMs), max(m.highMs, s.Samples[i].LatencyMs)
		}
		list = append(list, m)
	}
	return list
}

// checkDuplicates counts architectures with several rows, for a large set.
func checkDuplicates(s *dataset.Set) []Finding {
	again := repeats(s)
	if again == nil {
		return nil
	}
	trained := map[space.Arch]bool{}
	split := s.SplitFileOrder()
	for _, i := range split.Train {
		trained[s.Samples[i].Arch] = true
	}
	leaked, extra, contradicting := 0, 0, 0
	for _, i := range split.Test {
		if trained[s.Samples[i].Arch] {
			leaked++
		}
	}
	for _, m := range again {
		extra += len(m.rows) - 1
		if m.contradicts() {
			contradicting++
		}
	}
	distinct := len(s.Samples) - extra
	found := []Finding{{Kind: latpred.WarnDuplicates,
		Values: map[string]float64{"rows": float64(len(s.Samples)), "distinct": float64(distinct), "test_rows_seen_in_training": float64(leaked), "test_rows": float64(len(split.Test))},
		Message: fmt.Sprintf("%d rows of %d distinct architectures; split in file order, %d of %d test rows have their architecture among the training rows",
			len(s.Samples), distinct, leaked, len(split.Test))}}
	if contradicting > 0 {
		found = append(found, Finding{Kind: latpred.WarnContradictions, Values: map[string]float64{"architectures": float64(contradicting)},
			Message: fmt.Sprintf("%d architectures have labels that differ by over 10 %%", contradicting)})
	}
	return found
}

// contradictions names the architectures whose labels contradict, for a small set.
func contradictions(s *dataset.Set) []latpred.Warning {
	var warnings []latpred.Warning
	for _, m := range repeats(s) {
		if m.contradicts() {
			warnings = append(warnings, latpred.Warning{Kind: latpred.WarnContradictions, Rows: m.rows,
				Message: fmt.Sprintf("%s was measured in rows %v with %.4g to %.4g ms", m.arch, fromOne(m.rows), m.lowMs, m.highMs)})
		}
	}
	return warnings
}
