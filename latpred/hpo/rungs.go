package hpo

import (
	"fmt"
	"math"
	"slices"
)

// Rungs say at which epochs trials are compared: at Grace, then always Reduction
// times later, up to Max, where trials end. About one in Reduction goes on from
// each. The paper's search has {1, 2, 100}.
type Rungs struct {
	Grace     int // at least 1
	Reduction int // at least 2
	Max       int // at least Grace
}

// Validate errs where a field is out of its range.
func (r Rungs) Validate() error {
	if r.Grace < 1 || r.Reduction < 2 || r.Max < r.Grace {
		return fmt.Errorf("rungs %+v: grace must be at least 1, reduction at least 2, max at least grace", r)
	}
	return nil
}

// Epochs lists the rungs: 1, 2, 4, 8, 16, 32, 64 for {1, 2, 100}. Max is among
// them only where it falls on one. It panics on rungs that aren't valid.
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

// cutoff is the quantile 1/reduction of values, interpolated linearly as by
// numpy.percentile. Values may be +Inf; there must be one at least.
func cutoff(values []float64, reduction int) float64 {
	sorted := slices.Sorted(slices.Values(values))
	at, rest := (len(sorted)-1)/reduction, (len(sorted)-1)%reduction
	low := sorted[at]
	if rest == 0 || math.IsInf(low, 1) {
		return low
	}
	return low + (sorted[at+1]-low)*float64(rest)/float64(reduction)
}
