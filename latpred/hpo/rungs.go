package hpo

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Rungs are the epochs at which trials are compared: Grace, Grace·Reduction,
// Grace·Reduction² and so on up to Max, where trials end. About one in Reduction trials
// continues beyond each. The paper's search has {1, 2, 100}.
type Rungs struct {
	Grace     int // first rung; at least 1
	Reduction int // η of the ASHA paper; at least 2
	Max       int // last epoch; at least Grace
}

// Validate errs if a field is out of its range.
func (r Rungs) Validate() error {
	if r.Grace < 1 || r.Reduction < 2 || r.Max < r.Grace {
		return fmt.Errorf("rungs %+v: grace must be at least 1, reduction at least 2, max at least grace", r)
	}
	return nil
}

// Epochs lists the rungs, ascending: 1, 2, 4, 8, 16, 32, 64 for {1, 2, 100}. Max is among
// them only if it is Grace times a power of Reduction. It panics if r is not valid.
func (r Rungs) Epochs() []int {
	if err := r.Validate(); err != nil {
		panic("hpo: " + err.Error())
	}
	list := []int{r.Grace}
	for e := r.Grace; e <= r.Max/r.Reduction; {
		e *= r.Reduction
		list = append(list, e)
	}
	return list
}

// levels lists where tasks end: the rungs, and Max.
func (r Rungs) levels() []int {
	list := r.Epochs()
	if list[len(list)-1] < r.Max {
		list = append(list, r.Max)
	}
	return list
}

// cutoff is the 1/reduction quantile of values, interpolated linearly as
// numpy.percentile does. Values may be +Inf; there must be at least one.
func cutoff(values []float64, reduction int) float64 {
	sorted := slices.Sorted(slices.Values(values))
	at, rest := (len(sorted)-1)/reduction, (len(sorted)-1)%reduction
	low := sorted[at]
	if rest == 0 || math.IsInf(low, 1) {
		return low
	}
	return low + (sorted[at+1]-low)*float64(rest)/float64(reduction)
}

// record implements Observe for schedulers whose trials pause at every rung.
func (b *board) record(r Report, rungs Rungs, w Watch) error {
	t, err := b.check(r)
	if err != nil {
		return err
	}
	value, _, err := w.value(r)
	if err != nil {
		return err
	}
	switch {
	case math.IsInf(value, 1):
		t.update(r, Diverged)
	case r.Epoch == rungs.Max:
		t.update(r, Completed)
	default:
		t.update(r, Paused)
	}
	if slices.Contains(rungs.Epochs(), r.Epoch) {
		t.Rungs[r.Epoch] = value
	}
	return nil
}

// ranked lists the trials recorded at a rung, best first.
func (b *board) ranked(rung int) []int {
	var list []int
	for i, t := range b.trials {
		if _, ok := t.Rungs[rung]; ok {
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(i, j int) int {
		return cmp.Or(cmp.Compare(b.trials[i].Rungs[rung], b.trials[j].Rungs[rung]), cmp.Compare(i, j))
	})
	return list
}

// best is the first of the ranked trials that is still paused at the rung.
func (b *board) best(ranked []int, rung int) (trial int, ok bool) {
	for _, i := range ranked {
		if t := b.trials[i]; t.State == Paused && t.Epoch == rung {
			return i, true
		}
	}
	return 0, false
}
