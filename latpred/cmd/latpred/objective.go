package main

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/space"
)

// objective is what a search maximises.
type objective string

const (
	byAccuracy objective = "accuracy"
	byMACs     objective = "macs"
	byParams   objective = "params"
)

// knowsAccuracy reports whether the accuracy of a space's networks can be predicted.
func knowsAccuracy(s *space.Space) bool {
	return accuracy.Predict(make([]float64, 1), []space.Arch{s.Smallest()}) == nil
}

func (o objective) estimate(s *space.Space) nas.Estimate {
	switch o {
	case byMACs:
		return nas.MACs(s)
	case byParams:
		return nas.Params(s)
	default:
		return accuracy.Predict
	}
}

// found describes a network that was found under a limit.
func (o objective) found(limitMs float64, s *space.Space, f nas.Candidate) foundNet {
	n := foundNet{LimitMs: limitMs, Arch: f.Arch, OFA: f.Arch.OFA(), LatencyMs: f.LatencyMs, Objective: o, MMACs: float64(s.MACs(f.Arch)) / 1e6}
	switch o {
	case byParams:
		n.MParams = f.Accuracy / 1e6
	case byAccuracy:
		n.Objective, n.Accuracy = "", f.Accuracy
	}
	return n
}

// columns of the table beside limit, latency and architecture; the first is what was
// maximised.
func (o objective) columns() []string {
	switch o {
	case byMACs:
		return []string{"million MACs, maximised"}
	case byParams:
		return []string{"million parameters, maximised", "million MACs"}
	default:
		return []string{"accuracy, predicted", "million MACs"}
	}
}

// cells are a network's for columns.
func (o objective) cells(n foundNet) []string {
	macs := fmt.Sprintf("%.0f", n.MMACs)
	switch o {
	case byMACs:
		return []string{macs}
	case byParams:
		return []string{fmt.Sprintf("%.3f", n.MParams), macs}
	default:
		return []string{fmt.Sprintf("%.4f", n.Accuracy), macs}
	}
}
