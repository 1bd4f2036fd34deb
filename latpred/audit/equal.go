package audit

import (
	"fmt"
	"hash/maphash"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
)

// fingerprints are those of the networks of the set that was asked for last.
type fingerprints struct {
	archs []space.Arch
	of    []space.Fingerprint
}

// ofSet computes the fingerprints of a set's networks, unless the last set had the same.
func (f *fingerprints) ofSet(s *dataset.Set) []space.Fingerprint {
	if archs := s.Archs(); !slices.Equal(archs, f.archs) {
		f.archs, f.of = archs, make([]space.Fingerprint, len(archs))
		for i, a := range archs {
			f.of[i] = fingerprint(a)
		}
	}
	return f.of
}

// fingerprint takes a network as one of the first space that has it: which are equal doesn't
// depend on the widths. A network of no space is equal to none.
func fingerprint(a space.Arch) space.Fingerprint {
	s, err := space.Of(a)
	if err != nil {
		return space.Fingerprint{Output: maphash.Comparable(seed, a), Work: maphash.Comparable(seed, a)}
	}
	return s.Fingerprint(a)
}

var seed = maphash.MakeSeed()

// checkEqual finds architectures that differ in their texts alone, and what their labels tell
// of the noise; and networks whose output is the same for all images.
func checkEqual(s *dataset.Set, prints []space.Fingerprint) (found []Finding) {
	distinct, texts := map[uint64]space.Arch{}, map[space.Arch]bool{}
	alike := map[space.Fingerprint][]int{} // rows that do the same work for the same function
	var dead []int
	for i, p := range prints {
		a := s.Samples[i].Arch
		if p.Output == 0 {
			dead = append(dead, i)
		} else if _, known := distinct[p.Output]; !known {
			distinct[p.Output] = a
		}
		if !texts[a] && p.Output != 0 {
			alike[p] = append(alike[p], i)
		}
		texts[a] = true
	}
	functions := len(distinct)
	if dead != nil {
		functions++ // whatever is constant
	}
	if functions < len(texts) {
		found = append(found, equalFinding(s, prints, functions, len(texts), alike))
	}
	if dead != nil {
		found = append(found, deadFinding(s, dead))
	}
	return found
}

// equalFinding counts the functions, and test rows that occur in training under another text.
// Where networks run the same layers in another order, the differences of their labels are
// noise.
func equalFinding(s *dataset.Set, prints []space.Fingerprint, functions, texts int, alike map[space.Fingerprint][]int) Finding {
	trained := map[uint64]bool{}
	split := s.SplitFileOrder()
	for _, i := range split.Train {
		trained[prints[i].Output] = true
	}
	leaked := 0
	for _, i := range split.Test {
		if trained[prints[i].Output] {
			leaked++
		}
	}
	f := Finding{Kind: latpred.WarnEqual, Values: map[string]float64{"architectures": float64(texts), "functions": float64(functions),
		"test_rows_seen_in_training": float64(leaked), "test_rows": float64(len(split.Test))},
		Message: fmt.Sprintf("%d architectures are %d different functions: the others differ in layers without effect, or in order; split in file order, %d of %d test rows have a network of the same function among the training rows",
			texts, functions, leaked, len(split.Test))}
	if noise, groups, networks := noiseOf(s, alike); groups > 0 {
		f.Values["noise_percent"], f.Values["networks_of_the_same_work"] = 100*noise, float64(networks)
		f.Message += fmt.Sprintf("; %d networks do the same work as others, in another order (%d kinds), and their labels differ by %.2g %% (robust standard deviation), which is noise", networks, groups, 100*noise)
	}
	return f
}

// noiseOf is the robust standard deviation, as a part of the latency, between networks that do
// the same work. groups is the number of kinds of work that several networks do.
func noiseOf(s *dataset.Set, alike map[space.Fingerprint][]int) (noise float64, groups, networks int) {
	var deviations []float64
	for _, rows := range alike {
		if len(rows) < 2 {
			continue
		}
		groups++
		networks += len(rows)
		var mean float64
		for _, i := range rows {
			mean += math.Log(s.Samples[i].LatencyMs) / float64(len(rows))
		}
		n := float64(len(rows))
		for _, i := range rows {
			deviations = append(deviations, (math.Log(s.Samples[i].LatencyMs)-mean)*math.Sqrt(n/(n-1)))
		}
	}
	if groups == 0 {
		return 0, 0, 0
	}
	return metric.Spread(deviations), groups, networks
}

// shortPart is the part of the median latency below which a network was not run as described.
const shortPart = .02

// deadFinding tells of networks whose output no image changes, some of which a compiler left
// out.
func deadFinding(s *dataset.Set, dead []int) Finding {
	limit, short := shortPart*metric.LowerMedian(s.LatenciesMs()), 0
	for _, i := range dead {
		if s.Samples[i].LatencyMs < limit {
			short++
		}
	}
	f := Finding{Kind: latpred.WarnConstantOutput, Rows: ranges(dead), Values: map[string]float64{"rows": float64(len(dead)), "not_run": float64(short)},
		Message: fmt.Sprintf("%d networks have an output that depends on no image", len(dead))}
	if short > 0 {
		f.Message += fmt.Sprintf("; %d of them take under %.3g ms, a fiftieth of the median: they were not run, so that relative errors on them mean nothing", short, limit)
	}
	return f
}

// evenOut sets the times of networks whose output is constant to the median, if they are far
// from it: whether a device runs them does not tell its unit.
func evenOut(set *dataset.Set, times []float64) {
	median := metric.UpperMedian(times)
	for i, t := range times {
		if math.Abs(t-median) > math.Log(plainRange)/2 && fingerprint(set.Samples[i].Arch).Output == 0 {
			times[i] = median
		}
	}
}

// coarsePart is the step of rounded labels, as a part of the median, from which it is told.
const coarsePart = .005

// checkRounded finds labels that are whole multiples of a millisecond or of a part of it.
func checkRounded(s *dataset.Set) *Finding {
	y := s.LatenciesMs()
	if len(y) < 20 {
		return nil
	}
	for _, step := range []float64{1, .1, .01} {
		if slices.ContainsFunc(y, func(v float64) bool { return math.Abs(v/step-math.Round(v/step)) > 1e-6 }) {
			continue
		}
		part := step / metric.LowerMedian(y)
		if part < coarsePart {
			return nil
		}
		return &Finding{Kind: latpred.WarnRounded, Values: map[string]float64{"step_ms": step, "step_percent": 100 * part},
			Message: fmt.Sprintf("all latencies are multiples of %v ms, %.2g %% of the median: that alone is an error of %.2g %% (standard deviation)", step, 100*part, 100*part/math.Sqrt(12))}
	}
	return nil
}
