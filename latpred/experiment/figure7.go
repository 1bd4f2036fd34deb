package experiment

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/sparse"
	"gonum.org/v1/gonum/stat"
)

// figure7 predicts for several GPUs with one network that reads their data
// sheets.
func figure7(r *runner) error {
	r.of = 2*r.size.seeds + len(gpuSets)*(1+r.size.seeds)
	if err := r.generalisedAsPublished(); err != nil {
		return err
	}
	if err := r.generalisedCorrected(); err != nil {
		return err
	}
	return r.leaveOneOut()
}

// gpuRows are a set's rows for a network: inputs and targets.
type gpuRows struct {
	set *dataset.Set
	gpu gpu.Spec
	x   sparse.Rows
	y   []float32
}

// joined stacks rows of several sets.
func joined(parts []gpuRows, pick func(gpuRows) []int) mlp.Data {
	d := mlp.Data{X: sparse.Rows{Cols: parts[0].x.Cols}}
	for _, p := range parts {
		for _, row := range pick(p) {
			d.X.Append(p.x.Row(row))
			d.Y = append(d.Y, p.y[row])
		}
	}
	return d
}

// scaledInputs are the inputs of the corrected network: the code, the logarithm
// of the multiply-accumulates, and logarithms of what the data sheet says.
var scaledInputs = encode.HELP145.Width() + 4

// scaledRows encodes a set so that every input is about as large as the others,
// and targets are logarithms: relative errors count.
func scaledRows(set *dataset.Set, gpu gpu.Spec) (gpuRows, error) {
	s, err := set.Space()
	if err != nil {
		return gpuRows{}, err
	}
	code := encode.HELP145.Width()
	rows := gpuRows{set: set, gpu: gpu, x: sparse.Rows{Cols: scaledInputs}, y: make([]float32, set.Rows)}
	for i, sample := range set.Samples {
		if err := encode.AppendSparse(&rows.x, encode.HELP145, sample.Arch); err != nil {
			return rows, fmt.Errorf("%s, row %d: %w", set.Name, i, err)
		}
		// Centred on a middling network and GPU.
		rows.x.Extend(code,
			float32(math.Log(float64(s.MACs(sample.Arch))/250e6)), float32(2*math.Log(float64(gpu.Cores)/4000)),
			float32(2*math.Log(gpu.RAMGB/16)), float32(2*math.Log(gpu.BandwidthGBs/500)))
		rows.y[i] = float32(math.Log(sample.LatencyMs / 25))
	}
	return rows, nil
}

// latencyMs inverts the target of scaledRows.
func latencyMs(target float64) float64 { return 25 * math.Exp(target) }

// trainScaled trains the corrected network on rows of parts.
func (r *runner) trainScaled(train, validation mlp.Data, seed uint64) (*mlp.Model, error) {
	config := mlp.Config{
		Layers: []int{scaledInputs, 400, 400, 400, 1}, Epochs: max(1, r.size.epochs/2), BatchSize: 64, KeepBest: true,
		Optimizer: mlp.Optimizer{Kind: mlp.Adam, LearningRate: 1e-3},
	}
	result, err := mlp.Train(r.ctx, r.be, mlp.Job{Seed: seed, Train: train, Validation: validation, Config: config})
	if err != nil {
		return nil, err
	}
	return mlp.NewModel(result.Params), nil
}

// predictScaled gives latencies of rows of one set.
func predictScaled(m *mlp.Model, rows gpuRows, test []int) []float64 {
	pred := make([]float64, len(test))
	m.Predict(pred, joined([]gpuRows{rows}, func(gpuRows) []int { return test }).X)
	return each(pred, latencyMs)
}

// generalisedCorrected trains on the same two GPUs with scaled inputs and
// logarithmic targets; no architecture is on both sides of the split.
func (r *runner) generalisedCorrected() error {
	var parts []gpuRows
	for _, g := range generalised {
		part, err := r.openScaled(g.set, g.gpu)
		if err != nil {
			return err
		}
		parts = append(parts, part)
	}
	scores := make([][]metric.Scores, len(parts))
	for seed := range uint64(r.size.seeds) {
		split := splitFor(parts[0].set, 1+seed) // both sets have the same architectures in the same order
		m, err := r.trainScaled(joined(parts, func(gpuRows) []int { return split.Train }), joined(parts, func(gpuRows) []int { return split.Validation }), 1+seed)
		if err != nil {
			return err
		}
		for i, p := range parts {
			scores[i] = append(scores[i], metric.Evaluate(predictScaled(m, p, split.Test), p.set.Subset(split.Test).LatenciesMs()))
		}
		r.tick(fmt.Sprintf("scaled inputs, seed %d", 1+seed))
	}
	for i := range parts {
		r.result.Rows[3*i].correct(each(scores[i], paperRMSEOf))
		r.result.Rows[3*i+1].correct(each(scores[i], rmseOf))
	}
	return nil
}

func (r *runner) openScaled(name, gpuID string) (gpuRows, error) {
	set, err := r.size.open(name)
	if err != nil {
		return gpuRows{}, err
	}
	gpu, err := gpu.ByID(gpuID)
	if err != nil {
		return gpuRows{}, err
	}
	return scaledRows(set, gpu)
}

// leaveOneOut hides one GPU at a time, of five sets measured at batch 64, and
// predicts it from the others: by the network, by a power law of the
// multiply-accumulates on the GPU of the nearest bandwidth, scaled by the ratio
// of bandwidths, and by the mean latency of the others.
func (r *runner) leaveOneOut() error {
	var parts []gpuRows
	for _, g := range gpuSets {
		part, err := r.openScaled(g.set, g.gpu)
		if err != nil {
			return err
		}
		parts = append(parts, part)
		r.tick("reading " + g.set)
	}
	perSet := 3000
	if r.profile == Quick {
		perSet = 1000
	}
	var groups []string
	bars := make([][]float64, 3)
	for hidden, target := range parts {
		others := slices.Delete(slices.Clone(parts), hidden, hidden+1)
		test := some(seqOf(target.set.Rows), 1500, 1)
		want := target.set.Subset(test).LatenciesMs()
		var network []metric.Scores
		for seed := range uint64(r.size.seeds) {
			order := func(p gpuRows) []int { return some(seqOf(p.set.Rows), perSet, 1+seed) }
			m, err := r.trainScaled(
				joined(others, func(p gpuRows) []int { rows := order(p); return rows[:len(rows)*9/10] }),
				joined(others, func(p gpuRows) []int { rows := order(p); return rows[len(rows)*9/10:] }), 1+seed)
			if err != nil {
				return err
			}
			network = append(network, metric.Evaluate(predictScaled(m, target, test), want))
			r.tick(fmt.Sprintf("%s hidden, seed %d", target.set.Title, 1+seed))
		}
		scaled := metric.Evaluate(scaledBySpec(others, target, test), want)
		var mean float64
		for _, p := range others {
			mean += stat.Mean(p.set.LatenciesMs(), nil) / float64(len(others))
		}
		constant := metric.Evaluate(each(want, func(float64) float64 { return mean }), want)

		name := target.set.Title + ", never measured"
		rows := []Row{newRow(name+": MAPE", "%"), newRow(name+": Spearman", ""), newRow(name+": MAPE of the others' mean", "%")}
		rows[0].correct(each(network, func(s metric.Scores) float64 { return s.MAPEPercent }))
		rows[1].correct(each(network, func(s metric.Scores) float64 { return s.Spearman }))
		rows[0].Best, rows[1].Best, rows[2].Best = Number(scaled.MAPEPercent), Number(scaled.Spearman), Number(constant.MAPEPercent)
		for i, kind := range []string{"bandwidth", "bandwidth", "mean"} {
			rows[i].BestKind = kind
		}
		r.result.Rows = append(r.result.Rows, rows...)
		groups = append(groups, gpuSets[hidden].short)
		for k, v := range []float64{float64(rows[0].Corrected), scaled.MAPEPercent, constant.MAPEPercent} {
			bars[k] = append(bars[k], v)
		}
	}
	p, err := figure.Bars("A GPU that was never measured, batch 64", "MAPE (%)", groups, []string{"network, scaled inputs", "ratio of bandwidths", "mean of the others"}, bars)
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures, figure.Named{Name: "never-measured", Plot: p})
	r.result.Notes = append(r.result.Notes,
		"Never measured: the order of networks is predicted well, the scale is not. Five sets of four GPUs can't tell a law of hardware, and the 2080 Ti of one laboratory is 1.7 times as slow as the other's (other networks' width, software and clock).")
	return nil
}

// scaledBySpec takes the power law of the GPU with the nearest bandwidth.
func scaledBySpec(others []gpuRows, target gpuRows, test []int) []float64 {
	distance := func(p gpuRows) float64 { return math.Abs(math.Log(p.gpu.BandwidthGBs / target.gpu.BandwidthGBs)) }
	nearest := slices.MinFunc(others, func(a, b gpuRows) int {
		switch da, db := distance(a), distance(b); {
		case da < db:
			return -1
		case da > db:
			return 1
		}
		return 0
	})
	macs := encode.HELP145.Width() // the input after the code
	logs := func(p gpuRows, row int) float64 { return float64(p.x.At(row, macs)) }
	var x, y []float64
	for row := range nearest.set.Samples {
		x, y = append(x, logs(nearest, row)), append(y, float64(nearest.y[row]))
	}
	a, b := stat.LinearRegression(x, y, nil, false)
	ratio := nearest.gpu.BandwidthGBs / target.gpu.BandwidthGBs
	out := make([]float64, len(test))
	for i, row := range test {
		out[i] = ratio * latencyMs(a+b*logs(target, row))
	}
	return out
}
