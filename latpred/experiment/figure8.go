package experiment

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

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
}

// rightCache finds what the predictor alone finds; only its time is of interest.
const rightCache = "predictor, right cache"

// figure8ab searches for the Note10, whose table can judge what is found.
func figure8ab(r *runner) error {
	network, err := r.predictorOf(table1Sets()[0])
	if err != nil {
		return err
	}
	var searches []judgedSearch
	judges := map[string]nas.Estimate{}
	for _, s := range []struct{ id, name string }{{"compofa-fixed-w1.2", "fixed"}, {"compofa-elastic-w1.2", "elastic"}, {"mbv3-w1.2", "OFA"}} {
		of, err := space.ByID(s.id)
		if err != nil {
			return err
		}
		table, err := lut.Note10().Index(of)
		if err != nil {
			return err
		}
		judges[s.id] = table.PredictMs
		for _, way := range []struct {
			name    string
			latency nas.Estimate
			key     nas.Key
		}{
			{"table", table.PredictMs, nil}, {"predictor", network.PredictMs, nil},
			{"predictor, published cache", network.PredictMs, nas.WithoutResolution}, {rightCache, network.PredictMs, nas.ByArch},
		} {
			name := s.name + ", " + way.name
			searches = append(searches, judgedSearch{name, s.id, way.latency, way.key, figure8Paper("figure8ab", name), searchLimits})
		}
	}
	r.result.Notes = append(r.result.Notes,
		"Latency, as published: what the search believed; corrected: what the table says of the network found. Above the limit it is broken.",
		"The published cache forgets the resolution: once a network has been met at 160 pixels it is believed as fast at 224.")
	return r.searchAndJudge(searches, judges, "Note10")
}

// figure8cd searches for the RTX 2080 Ti, with its own predictor and with the
// Note10's fine-tuned. The judge is the closed form of all 10,000 measurements.
func figure8cd(r *runner) error {
	network, err := r.predictorOf(table1Sets()[1])
	if err != nil {
		return err
	}
	source, err := r.predictorOf(table1Sets()[0])
	if err != nil {
		return err
	}
	set, err := dataset.Open("rtx2080ti-b64")
	if err != nil {
		return err
	}
	config := neural.PublishedFineTuning()
	config.Epochs, config.KeepBest, config.Optimizer.LearningRate = r.size.epochs, true, 1e-3
	split := set.SplitFileOrder()
	split.Train, split.Validation = split.Train[:fineTuneRows*4/5], split.Train[fineTuneRows*4/5:fineTuneRows]
	tuned, _, err := neural.FineTune(r.ctx, r.be, source, neural.AllLayers, neural.Job{Set: set, Split: split, Seed: 1, Config: config})
	if err != nil {
		return err
	}
	closed, err := additive.FitLinear(set)
	if err != nil {
		return err
	}
	var searches []judgedSearch
	judges := map[string]nas.Estimate{}
	for _, s := range []struct{ id, name string }{{"compofa-fixed-w1.0", "fixed"}, {"compofa-elastic-w1.0", "elastic"}, {"mbv3-w1.0", "OFA"}} {
		judges[s.id] = closed.PredictMs
		for _, way := range []struct {
			name    string
			latency nas.Estimate
			key     nas.Key
		}{
			{"closed form", closed.PredictMs, nil},
			{"predictor", network.PredictMs, nil}, {"predictor, published cache", network.PredictMs, nas.WithoutResolution},
			{"fine-tuned", tuned.PredictMs, nil}, {"fine-tuned, published cache", tuned.PredictMs, nas.WithoutResolution},
		} {
			name := s.name + ", " + way.name
			searches = append(searches, judgedSearch{name, s.id, way.latency, way.key, figure8Paper("figure8cd", name), searchLimits})
		}
	}
	r.result.Notes = append(r.result.Notes,
		"Latency, as published: what the search believed; corrected: what the closed form of all 10,000 measurements says of the network found.",
		"The accuracy predictor belongs to the networks of width 1.2, the latencies to those of width 1.0: the authors mixed them, and so does this.")
	if err := r.searchAndJudge(searches, judges, "RTX 2080 Ti"); err != nil {
		return err
	}
	return r.searchMeasured()
}

// predictorOf trains a device's predictor as published; in Quick it takes twice the
// epochs of other items, since a search finds the weak spots of a predictor.
func (r *runner) predictorOf(t trainedSet) (*neural.Predictor, error) {
	set, err := r.size.open(t.set)
	if err != nil {
		return nil, err
	}
	longer := *r
	longer.size.epochs = min(2*r.size.epochs, paperSize.epochs)
	o, err := longer.asPublished(set, t.optimizer, 1)
	return o.model, err
}

// generations of a search.
func (r *runner) generations() int {
	if r.profile == Full {
		return 500
	}
	return max(2, 2*r.size.epochs)
}

// searched is what five searches of one kind came to.
type searched struct {
	rows             []Row
	believed, judged figure.Series // top-1 over latency, as the search saw it and as it is
	broken           int           // limits that the found network does not meet
	evaluated        int           // latencies asked for
	seconds          float64
}

// add notes what a search found under a limit. trueMs is NaN where nobody knows it.
func (f *searched) add(s judgedSearch, i int, a space.Arch, ms, trueMs, top1Percent float64) {
	latency, top1 := s.rows(i)
	latency.AsPublished, latency.Corrected, latency.Note = Number(ms), Number(trueMs), a.String()
	top1.AsPublished = Number(top1Percent)
	f.rows = append(f.rows, latency, top1)
	f.believed.X, f.believed.Y = append(f.believed.X, ms), append(f.believed.Y, top1Percent)
	if math.IsNaN(trueMs) {
		return
	}
	f.judged.X, f.judged.Y = append(f.judged.X, trueMs), append(f.judged.Y, top1Percent)
	if trueMs > s.limits[i] {
		f.broken++
	}
}

// rows are those of a limit, with the paper's values.
func (s judgedSearch) rows(i int) (latency, top1 Row) {
	name := fmt.Sprintf("%s, ≤ %g ms: ", s.name, s.limits[i])
	latency, top1 = newRow(name+"latency", "ms"), newRow(name+"top-1", "%")
	if len(s.paper.latencyMs) > 0 {
		latency.Paper, top1.Paper = Number(s.paper.latencyMs[i]), Number(s.paper.top1[i])
	}
	return latency, top1
}

// searchAndJudge runs every search for every limit and judges what it found.
func (r *runner) searchAndJudge(searches []judgedSearch, judges map[string]nas.Estimate, device string) error {
	r.result.Seeds, r.of = 1, len(searches)
	if r.profile == Quick {
		r.result.Reduced = fmt.Sprintf("predictors of %d of 100 epochs, %d of 500 generations", 2*r.size.epochs, r.generations())
	}
	calibration, err := calibrate()
	if err != nil {
		return err
	}
	found := map[string]searched{}
	for _, s := range searches {
		start := time.Now()
		f, err := r.searchLimits(s, judges[s.space], calibration)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		f.seconds = time.Since(start).Seconds()
		found[s.name] = f
		r.tick(s.name)
	}
	r.report(searches, found)
	r.result.Notes = append(r.result.Notes, fmt.Sprintf(
		"Top-1 is the accuracy predictor's, taken to published accuracies by the line through OFA's %d specialised networks of width 1.2 (each predicted by the others: RMSE %.2f %%). The paper's are of networks cut from the one of width 1.0 without training.",
		calibration.N, calibration.RMSE))
	return r.searchFigures(device, found)
}

// report adds the rows of searches: what each found, then what each cost.
func (r *runner) report(searches []judgedSearch, found map[string]searched) {
	var times []Row
	for _, s := range searches {
		f := found[s.name]
		if !strings.HasSuffix(s.name, rightCache) {
			r.result.Rows = append(r.result.Rows, f.rows...)
		}
		seconds, broken := newRow(s.name+": time of five searches", "s"), newRow(s.name+": limits broken, of five", "")
		seconds.AsPublished, broken.AsPublished = Number(f.seconds), Number(f.broken)
		seconds.Note = fmt.Sprintf("%d latencies asked for", f.evaluated)
		if s.paper.seconds > 0 {
			seconds.Paper = Number(s.paper.seconds)
		}
		times = append(times, seconds, broken)
	}
	r.result.Rows = append(r.result.Rows, times...)
}

// searchLimits searches for each limit in turn, with one cache for all, as the
// authors' notebook has it.
func (r *runner) searchLimits(s judgedSearch, judge nas.Estimate, calibration nas.Calibration) (searched, error) {
	var f searched
	of, err := space.ByID(s.space)
	if err != nil {
		return f, err
	}
	latency := s.latency
	if s.key != nil {
		latency, _ = nas.Cached(latency, s.key)
	}
	for i, limit := range s.limits {
		c := nas.Published(of, limit)
		c.Generations, c.HalfStart = r.generations(), true
		found, err := nas.Search(r.ctx, random.Stream(1, fmt.Sprint("search ", limit)), c, latency, accuracy.Predict, nil)
		if errors.Is(err, nas.ErrInfeasible) {
			row, top1 := s.rows(i)
			row.Note = err.Error()
			f.rows = append(f.rows, row, top1)
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
		f.evaluated += found.Evaluations
	}
	return f, nil
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
