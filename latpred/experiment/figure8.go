package experiment

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// searchLimits are the paper's, ms.
var searchLimits = []float64{15, 20, 25, 30, 35}

// judgedSearch is a way to know latencies in a search, and a judge of what it
// found.
type judgedSearch struct {
	name    string
	space   string
	latency nas.Estimate
	key     nas.Key // of the cache; nil: none
	paper   paperSearch
	limits  []float64 // ms
	seeds   int       // of the search; 0: one
}

// rightCache finds what the predictor alone finds; only its time is of interest.
const rightCache = "predictor, right cache"

// way is a way to know latencies.
type way struct {
	name    string
	latency nas.Estimate
	key     nas.Key
}

// inSpaces are searches of three spaces of a width by ways that a space has.
func (r *runner) inSpaces(width string, of func(*space.Space) ([]way, error)) ([]judgedSearch, error) {
	var searches []judgedSearch
	for _, s := range []struct{ id, name string }{{"compofa-fixed-", "fixed"}, {"compofa-elastic-", "elastic"}, {"mbv3-", "OFA"}} {
		in, err := space.ByID(s.id + width)
		if err != nil {
			return nil, err
		}
		ways, err := of(in)
		if err != nil {
			return nil, err
		}
		for _, way := range ways {
			name := s.name + ", " + way.name
			searches = append(searches, judgedSearch{name, in.ID, way.latency, way.key, figure8Paper(r.result.Item, name), searchLimits, r.size.seeds})
		}
	}
	return searches, nil
}

// figure8ab searches for the Note10, whose table can judge what is found, with the
// predictor that the authors released.
func figure8ab(r *runner) error {
	network, err := neural.Released("note10")
	if err != nil {
		return err
	}
	judges := map[string]nas.Estimate{}
	searches, err := r.inSpaces("w1.2", func(s *space.Space) ([]way, error) {
		table, err := lut.Note10().Index(s)
		if err != nil {
			return nil, err
		}
		judges[s.ID] = table.PredictMs
		return []way{
			{"table", table.PredictMs, nil}, {"predictor", network.PredictMs, nil},
			{"predictor, published cache", network.PredictMs, nas.WithoutResolution}, {rightCache, network.PredictMs, nas.ByArch},
		}, nil
	})
	if err != nil {
		return err
	}
	r.result.Notes = append(r.result.Notes,
		"Latency, as published: what the search believed; corrected: what the table says of the network found. Above the limit it is broken.",
		"The published cache forgets the resolution: once a network has been met at 160 pixels it is believed as fast at 224.")
	return r.searchAndJudge(searches, judges, "Note10")
}

// figure8cd searches for the RTX 2080 Ti, with the predictor that the authors released
// for it and with their Note10's, fine-tuned as they did, lost ReLU included. The judge is
// the closed form of all 10,000 measurements.
func figure8cd(r *runner) error {
	network, err := neural.Released("rtx2080ti-b64")
	if err != nil {
		return err
	}
	tuned, err := releasedFineTuned("note10", "rtx2080ti-b64")
	if err != nil {
		return err
	}
	set, err := dataset.Open("rtx2080ti-b64")
	if err != nil {
		return err
	}
	closed, err := additive.FitLinear(set)
	if err != nil {
		return err
	}
	judges := map[string]nas.Estimate{}
	searches, err := r.inSpaces("w1.0", func(s *space.Space) ([]way, error) {
		judges[s.ID] = closed.PredictMs
		return []way{
			{"closed form", closed.PredictMs, nil},
			{"predictor", network.PredictMs, nil}, {"predictor, published cache", network.PredictMs, nas.WithoutResolution},
			{"fine-tuned", tuned.PredictMs, nil}, {"fine-tuned, published cache", tuned.PredictMs, nas.WithoutResolution},
		}, nil
	})
	if err != nil {
		return err
	}
	r.result.Notes = append(r.result.Notes,
		"Latency, as published: what the search believed; corrected: what the closed form of all 10,000 measurements says of the network found.",
		"The accuracy predictor belongs to the networks of width 1.2, the latencies to those of width 1.0: the authors mixed them, and so does this.")
	if err := r.searchAndJudge(searches, judges, "RTX 2080 Ti"); err != nil {
		return err
	}
	return r.searchMeasured()
}

// releasedFineTuned is a predictor that the authors fine-tuned, as they tested and used it.
func releasedFineTuned(from, to string) (*neural.Predictor, error) {
	source, err := neural.Released(from)
	if err != nil {
		return nil, err
	}
	head, err := neural.ReleasedHead(from, to)
	if err != nil {
		return nil, err
	}
	return neural.AsTested(source, head, latpred.Provenance{})
}

// generations of a search.
func (r *runner) generations() int {
	if r.profile == Full {
		return 500
	}
	return max(2, 2*r.size.epochs)
}

// searchAndJudge runs every search for every limit and judges what it found.
func (r *runner) searchAndJudge(searches []judgedSearch, judges map[string]nas.Estimate, device string) error {
	r.of = len(searches)
	if r.profile == Quick {
		r.result.Reduced = fmt.Sprintf("%d of 500 generations, %d of %d seeds", r.generations(), r.size.seeds, paperSize.seeds)
	}
	calibration, err := calibrate()
	if err != nil {
		return err
	}
	found := map[string]searched{}
	for _, s := range searches {
		f, err := r.searchLimits(s, judges[s.space], calibration)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		found[s.name] = f
		r.tick(s.name)
	}
	r.report(searches, found)
	r.result.Notes = append(r.result.Notes,
		fmt.Sprintf("Seeds of each search: %d. The predictors are the networks that the authors released. As in their program half of the first population is kept. That program draws it by CompOFA's sampler, which for their two spaces is the space itself, and for OFA's gives networks without kernels: they report no search of it, ours draws from the space.", r.size.seeds),
		fmt.Sprintf("Top-1 is the accuracy predictor's, taken to published accuracies by the line through OFA's %d specialised networks of width 1.2 (each predicted by the others: RMSE %.2f %%). The paper's are of networks cut from the one of width 1.0 without training.",
			calibration.N, calibration.RMSE))
	return r.searchFigures(device, found)
}

// report adds the rows of searches: what each found, then what each cost.
func (r *runner) report(searches []judgedSearch, found map[string]searched) {
	var times []Row
	for _, s := range searches {
		f := found[s.name]
		if !strings.HasSuffix(s.name, rightCache) {
			r.result.Rows = append(r.result.Rows, f.rows(s)...)
		}
		seconds, broken := newRow(s.name+": time of five searches", "s"), newRow(s.name+": limits broken, of five", "")
		seconds.publish(f.seconds)
		broken.publish(f.broken)
		seconds.Note = fmt.Sprintf("%d latencies asked for", f.evaluated)
		if s.paper.seconds > 0 {
			seconds.Paper = Number(s.paper.seconds)
		}
		times = append(times, seconds, broken)
	}
	r.result.Rows = append(r.result.Rows, times...)
}

// searchLimits searches for each limit in turn, with one cache for all, as the
// authors' notebook has it, under one seed after the other.
func (r *runner) searchLimits(s judgedSearch, judge nas.Estimate, calibration nas.Calibration) (searched, error) {
	f := searched{limits: make([]atLimit, len(s.limits))}
	of, err := space.ByID(s.space)
	if err != nil {
		return f, err
	}
	for seed := range uint64(max(1, s.seeds)) {
		latency, start := s.latency, time.Now()
		if s.key != nil {
			latency, _ = nas.Cached(latency, s.key)
		}
		f.begin()
		for i, limit := range s.limits {
			c := nas.Published(of, limit)
			c.Generations, c.HalfStart = r.generations(), true
			found, err := nas.Search(r.ctx, random.Stream(1+seed, fmt.Sprint("search ", limit)), c, latency, accuracy.Predict, nil)
			if errors.Is(err, nas.ErrInfeasible) {
				f.limits[i].note = err.Error()
				continue
			}
			if err != nil {
				return f, fmt.Errorf("%g ms: %w", limit, err)
			}
			truth := make([]float64, 1)
			if err := judge(truth, []space.Arch{found.Best.Arch}); err != nil {
				return f, err
			}
			f.add(s, i, found.Best.Arch, found.Best.LatencyMs, truth[0], calibration.Top1Percent(found.Best.Accuracy))
			if seed == 0 {
				f.evaluated += found.Evaluations
			}
		}
		f.seconds = append(f.seconds, time.Since(start).Seconds())
	}
	return f, nil
}

// searchFigures draw, for each space, what searches believed and what is true.
func (r *runner) searchFigures(device string, found map[string]searched) error {
	for _, kind := range []string{"fixed", "elastic"} {
		ways := []string{"table", "predictor, published cache", "predictor"}
		if device != "Note10" {
			ways = []string{"closed form", "predictor, published cache", "fine-tuned"}
		}
		var series, paper []figure.Series
		for _, way := range ways {
			s := found[kind+", "+way].judged
			s.Name = way + ": true latency"
			series = append(series, s)
		}
		s := found[kind+", "+ways[1]].believed
		s.Name = ways[1] + ": believed"
		series = append(series, s)
		if p := figure8Paper(r.result.Item, kind+", "+ways[1]); len(p.latencyMs) > 0 {
			paper = append(paper, figure.Series{Name: "paper, " + ways[1] + " (other networks)", X: p.latencyMs, Y: p.top1})
		}
		plot, err := figure.TradeOff(fmt.Sprintf("%s, %s kernels: five searches", device, kind), "latency (ms)", "top-1, estimated (%)", series, paper, searchLimits)
		if err != nil {
			return err
		}
		r.result.Figures = append(r.result.Figures, figure.Named{Name: r.result.Item + "-" + kind, Plot: plot})
	}
	return nil
}
