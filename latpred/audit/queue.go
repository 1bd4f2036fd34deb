package audit

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
)

// Settings of checkQueue.
const (
	queueRows  = 1000 // fewest rows of a set
	queueGain  = .75  // a queue must lower the held-out error below this fraction
	queueEvery = 5    // one in so many rows is held out
)

// checkQueue finds labels of a clock that did not wait for the device: a table with a
// launch queue (see package pass) predicts held-out rows better than one without.
func checkQueue(s *dataset.Set) (*Finding, error) {
	if len(s.Samples) < queueRows {
		return nil, nil
	}
	var learn, judge []int
	for i := range s.Samples {
		if i%queueEvery == 0 {
			judge = append(judge, i)
		} else {
			learn = append(learn, i)
		}
	}
	train, test := s.Subset(learn), s.Subset(judge)
	c := pass.Config{Basis: pass.Tied(pass.ResolutionsOf(s.Archs())), Relative: true, Rounds: 4}
	if len(c.Basis.Resolutions()) > 10 {
		c.Basis = pass.Shape(c.Basis.Resolutions(), false)
	}
	plain, _, err := heldOut(train, test, c)
	if err != nil {
		return nil, err
	}
	var best *pass.Model
	lowest := queueGain * plain
	for i := 0; i < len(pass.QueueDepths); i += 2 { // a finding needs no exact depth
		c.QueueDepth = pass.QueueDepths[i]
		e, m, err := heldOut(train, test, c)
		if err != nil {
			return nil, err
		}
		if e < lowest {
			lowest, best = e, m
		}
	}
	if best == nil || best.Queue.LaunchMs[0] <= 0 {
		return nil, nil
	}
	return describeQueue(s, best, plain, lowest)
}

// heldOut fits a model to train and gives the spread (metric.Spread) of its relative
// errors on test.
func heldOut(train, test *dataset.Set, c pass.Config) (float64, *pass.Model, error) {
	m, _, err := pass.Fit(train.Archs(), train.LatenciesMs(), c)
	if err != nil {
		return 0, nil, err
	}
	e := make([]float64, len(test.Samples))
	if err := m.LabelsMs(e, test.Archs(), nil); err != nil {
		return 0, nil, err
	}
	for i, row := range test.Samples {
		e[i] = e[i]/row.LatencyMs - 1
	}
	return metric.Spread(e), m, nil
}

func describeQueue(s *dataset.Set, m *pass.Model, plain, with float64) (*Finding, error) {
	var short []float64 // by how much labels are too short, where they are
	for _, row := range s.Samples {
		r, err := m.Read(row.Arch, 0)
		if err != nil {
			return nil, err
		}
		if r.HostLimited {
			short = append(short, 1-r.LabelMs/r.TrueMs)
		}
	}
	if len(short) == 0 {
		return nil, nil
	}
	share, median := float64(len(short))/float64(len(s.Samples)), metric.LowerMedian(short)
	return &Finding{Kind: latpred.WarnLaunchQueue, Values: map[string]float64{"depth": float64(m.Queue.Depth), "launch_us": 1000 * m.Queue.LaunchMs[0],
		"host_limited_percent": 100 * share, "median_short_percent": 100 * median, "error_ratio": with / plain},
		Message: fmt.Sprintf("the clock did not wait for the device: a launch queue of about %d kernels, filled at %.0f µs a launch, lowers the error by %.0f %%; %.0f %% of the labels are too short, by %.1f %% in the median",
			m.Queue.Depth, 1000*m.Queue.LaunchMs[0], 100*(1-with/plain), 100*share, math.Abs(100*median))}, nil
}
