package experiment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/hardware"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"gonum.org/v1/gonum/stat"
)

// sheetGroups are the sets of GPUs, by how much of their latency is work.
var sheetGroups = []struct {
	name string
	sets []string
}{
	{"OFA, batch 64", []string{"rtx2080ti-b64", "p40-b64", "help-rtx2080ti-b64", "help-titanrtx-b64", "help-titanxp-b64"}},
	{"OFA, batch 32", []string{"help-rtx2080ti-b32", "help-titanrtx-b32", "help-titanxp-b32"}},
	{"OFA, batch 1", []string{"help-rtx2080ti-b1", "help-titanrtx-b1", "help-titanxp-b1"}},
	{"FBNet, batch 1 and 32", []string{"fbnet-1080ti-b1", "fbnet-2080ti-b1", "fbnet-titanrtx-b1", "fbnet-1080ti-b32", "fbnet-titanrtx-b32"}},
	{"NAS-Bench-201, batch 256", []string{"nasbench201-1080ti-b256", "nasbench201-titanrtx-b256"}},
}

// sheetRows is the number of rows of a set that judge a draw.
const sheetRows = 500

// seenLaw is what the rows about data sheets have seen of the GPUs that judge them.
const seenLaw = "the form of the law and how far networks are off it were chosen on these GPUs; of a GPU that is judged no row in any space"

// sheets predicts every measured GPU from the others of all spaces: from its data sheet alone,
// and with one or two of its own rows.
func (b *betterRun) sheets() error {
	groups := sheetGroups
	if b.tiny {
		groups = groups[:1]
	}
	var held [3][]float64 // by measurements
	for _, g := range groups {
		var off [3]judgement
		var alone judgement // from the space and batch alone
		for _, name := range g.sets {
			p, set, err := leftOutGPU(b, name, false)
			if err != nil {
				return err
			}
			if err := b.fromSpaceAlone(&alone, set); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			for n := range off {
				mape, share, err := b.fromSheet(p, set, n)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				off[n].add(name, mape)
				held[n] = append(held[n], share)
			}
		}
		for n, measured := range []string{"never measured", "measured once"} {
			note := "no target; of " + off[n].String()
			if n == 0 {
				note += fmt.Sprintf("; without GPUs in other spaces and at other batches, %.1f: %s", alone.mean(), alone.String())
			}
			b.reach(fmt.Sprintf("GPU %s, %s: MAPE", measured, g.name), "%", 0, off[n].mean(), "hardware", note).Seen = seenLaw
		}
	}
	if err := b.unknownGenerations(); err != nil {
		return err
	}
	for n, measured := range []string{"never measured", "measured once", "measured twice"} {
		lowest, highest := held[n][0], held[n][0]
		for _, share := range held[n] {
			lowest, highest = min(lowest, share), max(highest, share)
		}
		b.reach("GPU "+measured+": rows within the 90 % interval", "%", 0, stat.Mean(held[n], nil), "hardware",
			fmt.Sprintf("target 90; the mean of %d sets, %.0f to %.0f", len(held[n]), lowest, highest)).Seen = seenLaw
	}
	return nil
}

// fromSpaceAlone adds the error of a set's GPU as predicted from others of its space and batch.
func (b *betterRun) fromSpaceAlone(to *judgement, set *dataset.Set) error {
	sheet, err := gpu.ByID(set.GPU)
	if err != nil {
		return err
	}
	measured, err := catalog.MeasuredGPUs(set.SpaceID, sheet.ID)
	if err != nil {
		return err
	}
	spec := hardware.SpecOf(sheet)
	spec.Space, spec.Batch = set.SpaceID, set.Batch
	p, _, err := hardware.For(b.ctx, spec, slices.DeleteFunc(measured, func(m hardware.Measured) bool { return m.Space != set.SpaceID || m.Batch != set.Batch }))
	if err != nil {
		return err
	}
	mape, _, err := b.fromSheet(p, set, 0)
	to.add(set.Name, mape)
	return err
}

// unknownGenerations predicts GPUs at batch 64 from those of other generations alone, as a
// generation that nobody has measured.
func (b *betterRun) unknownGenerations() error {
	var off [2]judgement
	for _, name := range sheetGroups[0].sets {
		p, set, err := leftOutGPU(b, name, true)
		if err != nil {
			return err
		}
		for n := range off {
			mape, _, err := b.fromSheet(p, set, n)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			off[n].add(name, mape)
		}
	}
	for n, measured := range []string{"never measured", "measured once"} {
		b.reach(fmt.Sprintf("GPU %s, nor any of its generation, OFA, batch 64: MAPE", measured), "%", 0, off[n].mean(), "hardware", "no target: two generations can't say what a third is like; of "+off[n].String()).Seen = seenLaw
	}
	return nil
}

// leftOutGPU predicts the GPU of a set from the sets of all others, or of those of other
// generations.
func leftOutGPU(b *betterRun, name string, generation bool) (*hardware.Predictor, *dataset.Set, error) {
	set, err := dataset.Open(name)
	if err != nil {
		return nil, nil, err
	}
	sheet, err := gpu.ByID(set.GPU)
	if err != nil {
		return nil, nil, err
	}
	without := []string{sheet.ID}
	for _, other := range gpu.All() {
		if generation && other.Generation == sheet.Generation {
			without = append(without, other.ID)
		}
	}
	spec := hardware.SpecOf(sheet)
	spec.Space, spec.Batch = set.SpaceID, set.Batch
	p, _, err := catalog.GPUWithout(b.ctx, spec, without...)
	return p, set, err
}

// fromSheet gives the mean error over draws of n measured rows, in per cent, and how much of
// the other rows 90 % intervals hold.
func (b *betterRun) fromSheet(p *hardware.Predictor, set *dataset.Set, n int) (mape, held float64, err error) {
	for draw := range b.draws {
		rows := random.Stream(uint64(draw), "data sheets").Perm(set.Rows)
		known, learn, judge := p, set.Subset(rows[:n]), set.Subset(rows[n:min(set.Rows, n+sheetRows)])
		if n > 0 {
			if known, _, err = p.Measured(learn.Archs(), learn.LatenciesMs(), latpred.Source{Data: set.Name, DataHash: set.Hash()}); err != nil {
				return 0, 0, err
			}
		}
		pred, low, high := make([]float64, judge.Rows), make([]float64, judge.Rows), make([]float64, judge.Rows)
		if err := known.PredictMs(pred, judge.Archs()); err != nil {
			return 0, 0, err
		}
		if err := known.BoundsMs(low, high, judge.Archs(), .9); err != nil {
			return 0, 0, err
		}
		share, _ := metric.Coverage(low, high, judge.LatenciesMs())
		mape += 100 * metric.MAPE(pred, judge.LatenciesMs()) / float64(b.draws)
		held += 100 * share / float64(b.draws)
	}
	return mape, held, nil
}

// judgement is a score of each of several sets.
type judgement struct {
	values []float64
	parts  []string
}

func (j *judgement) add(set string, v float64) {
	j.values, j.parts = append(j.values, v), append(j.parts, fmt.Sprintf("%s %.1f", set, v))
}

func (j *judgement) mean() float64 { return stat.Mean(j.values, nil) }

// String lists the scores by set.
func (j *judgement) String() string { return strings.Join(j.parts, ", ") }
