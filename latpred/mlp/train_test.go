package mlp_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/random"
)

// tiny is a recipe that takes little on any backend: 200 rows are six batches of
// 32 and a last one of 8.
func tiny(kind mlp.OptimizerKind) mlp.Config {
	rate := 1e-2
	if kind == mlp.Adam {
		rate = 1e-3
	}
	return mlp.Config{
		Layers: []int{128, 40, 40, 1}, Epochs: 3, BatchSize: 32,
		Optimizer: mlp.Optimizer{Kind: kind, LearningRate: rate, Momentum: 0.9, WeightDecay: 1e-3},
	}
}

func train(t testing.TB, be *backend.Backend, seed uint64, config mlp.Config) *mlp.Result {
	t.Helper()
	data, validation, _ := load(t, "rtx2080ti-b64", 200)
	result, err := mlp.Train(context.Background(), be, mlp.Job{Seed: seed, Train: data, Validation: validation, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// reference trains in float64 with loops that follow PyTorch's documentation
// line by line. It shares nothing with the package but the initial weights and
// the order of rows.
func reference(p *mlp.Params, seed uint64, data mlp.Data, c mlp.Config) (weights [][]float64, losses []float64) {
	width, inputs := p.Layers[0], data.X.Dense()
	var bs [][]float64
	for l := range p.Weights {
		weights = append(weights, float64s(p.Weights[l]))
		bs = append(bs, float64s(p.Biases[l]))
	}
	all := func() [][]float64 { return append(slices.Clone(weights), bs...) }
	m, v := zeros(all()), zeros(all())
	step := 0
	for epoch := 1; epoch <= c.Epochs; epoch++ {
		order := random.Stream(seed, "shuffle "+string(rune('0'+epoch))).Perm(data.Rows())
		var sum float64
		batches := 0
		for batch := range slices.Chunk(order, c.BatchSize) {
			gw, gb := zeros(weights), zeros(bs)
			var se float64
			type pass struct{ acts [][]float64 }
			passes := make([]pass, len(batch))
			errs := make([]float64, len(batch))
			for i, row := range batch {
				h := float64s(inputs[row*width : (row+1)*width])
				passes[i].acts = [][]float64{h}
				for l := range weights {
					next := slices.Clone(bs[l])
					for a, x := range h {
						for o := range next {
							next[o] += x * weights[l][a*len(next)+o]
						}
					}
					if l+1 < len(weights) {
						for o := range next {
							next[o] = math.Max(0, next[o])
						}
					}
					h = next
					passes[i].acts = append(passes[i].acts, h)
				}
				errs[i] = h[0] - float64(data.Y[row])
				se += errs[i] * errs[i]
			}
			loss := math.Sqrt(se/float64(len(batch)) + 1e-6)
			sum += loss
			batches++
			for i := range batch {
				delta := []float64{errs[i] / (loss * float64(len(batch)))}
				for l := len(weights) - 1; l >= 0; l-- {
					in := passes[i].acts[l]
					back := make([]float64, len(in))
					for a, x := range in {
						for o, d := range delta {
							gw[l][a*len(delta)+o] += x * d
							back[a] += weights[l][a*len(delta)+o] * d
						}
					}
					for o, d := range delta {
						gb[l][o] += d
					}
					for a, x := range in {
						if l > 0 && x <= 0 {
							back[a] = 0
						}
					}
					delta = back
				}
			}
			step++
			grads := append(gw, gb...)
			for k, w := range all() {
				if k%len(weights) < c.Freeze {
					continue
				}
				for i := range w {
					g := grads[k][i] + c.Optimizer.WeightDecay*w[i]
					if c.Optimizer.Kind == mlp.SGD {
						m[k][i] = c.Optimizer.Momentum*m[k][i] + g
						w[i] -= c.Optimizer.LearningRate * m[k][i]
						continue
					}
					m[k][i] = 0.9*m[k][i] + 0.1*g
					v[k][i] = 0.999*v[k][i] + 0.001*g*g
					mHat := m[k][i] / (1 - math.Pow(0.9, float64(step)))
					vHat := v[k][i] / (1 - math.Pow(0.999, float64(step)))
					w[i] -= c.Optimizer.LearningRate * mHat / (math.Sqrt(vHat) + 1e-8)
				}
			}
		}
		losses = append(losses, sum/float64(batches))
	}
	return weights, losses
}

func float64s(v []float32) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}

func zeros(like [][]float64) [][]float64 {
	var out [][]float64
	for _, v := range like {
		out = append(out, make([]float64, len(v)))
	}
	return out
}

func TestTrainFollowsTheDefinition(t *testing.T) {
	data, _, _ := load(t, "rtx2080ti-b64", 200)
	for _, kind := range []string{backend.Go, backend.CPU} {
		for _, c := range []struct {
			optimizer mlp.OptimizerKind
			freeze    int
		}{{mlp.SGD, 0}, {mlp.Adam, 0}, {mlp.SGD, 2}, {mlp.Adam, 1}} {
			t.Run(fmt.Sprint(kind, " ", c.optimizer, ", frozen ", c.freeze), func(t *testing.T) {
				config := tiny(c.optimizer)
				config.Freeze = c.freeze
				result := train(t, open(t, kind), 7, config)
				want, losses := reference(mlp.Init(random.Stream(7, "init"), config.Layers), 7, data, config)
				for i, e := range result.History {
					if math.Abs(e.TrainLoss-losses[i]) > 1e-4*losses[i] {
						t.Errorf("epoch %d: loss %v, the definition gives %v", e.Epoch, e.TrainLoss, losses[i])
					}
				}
				for l := range want {
					for i, w := range want[l] {
						if got := float64(result.Params.Weights[l][i]); math.Abs(got-w) > 1e-4*math.Max(0.1, math.Abs(w)) {
							t.Fatalf("weight %d of layer %d: %v, the definition gives %v", i, l, got, w)
						}
					}
				}
			})
		}
	}
}

func TestOneSeedGivesTheSameBits(t *testing.T) {
	for _, kind := range []string{backend.Go, backend.CPU} {
		t.Run(kind, func(t *testing.T) {
			be := open(t, kind)
			a, b, c := train(t, be, 3, tiny(mlp.SGD)), train(t, be, 3, tiny(mlp.SGD)), train(t, be, 4, tiny(mlp.SGD))
			if !same(a.Params, b.Params) {
				t.Error("two runs with one seed differ")
			}
			if same(a.Params, c.Params) {
				t.Error("two seeds give the same weights")
			}
		})
	}
}

func same(a, b *mlp.Params) bool {
	for l := range a.Weights {
		if !slices.Equal(a.Weights[l], b.Weights[l]) || !slices.Equal(a.Biases[l], b.Biases[l]) {
			return false
		}
	}
	return true
}

// One epoch of the published network, 7,000 rows: the loop on the device and the
// step path agree to 10⁻⁴ of a weight's size.
func TestBackendsAgree(t *testing.T) {
	xla := open(t, backend.CPU)
	data, validation, _ := load(t, "rtx2080ti-b64", 0)
	config := mlp.Published()
	config.Epochs = 1
	var results []*mlp.Result
	for _, be := range []*backend.Backend{xla, open(t, backend.Go)} {
		r, err := mlp.Train(t.Context(), be, mlp.Job{Seed: 1, Train: data, Validation: validation, Config: config})
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	a, b := results[0], results[1]
	var difference, size float64
	for l := range a.Params.Weights {
		for i, w := range a.Params.Weights[l] {
			d := float64(w - b.Params.Weights[l][i])
			difference += d * d
			size += float64(w) * float64(w)
		}
	}
	if r := math.Sqrt(difference / size); r > 1e-4 {
		t.Errorf("weights differ by %.2g of their size", r)
	}
	if x, y := a.History[0].ValRMSE, b.History[0].ValRMSE; math.Abs(x-y) > 1e-4*x {
		t.Errorf("validation RMSE %v and %v", x, y)
	}
}

func TestFrozenLayersKeepTheirWeights(t *testing.T) {
	be := open(t, backend.Go)
	config := tiny(mlp.SGD)
	config.Freeze = 2
	start := mlp.Init(random.Stream(3, "init"), config.Layers)
	got := train(t, be, 3, config).Params
	for l := range got.Weights {
		if frozen := slices.Equal(got.Weights[l], start.Weights[l]); frozen != (l < 2) {
			t.Errorf("layer %d unchanged: %v", l, frozen)
		}
	}
}

func TestDivergenceIsAResult(t *testing.T) {
	config := tiny(mlp.SGD)
	config.Optimizer.LearningRate, config.Epochs = 1e3, 50
	r := train(t, open(t, backend.Go), 1, config)
	if !r.Diverged || len(r.History) == 50 {
		t.Errorf("a learning rate of 1000: diverged %v after %d epochs", r.Diverged, len(r.History))
	}
}

func TestPatienceAndBest(t *testing.T) {
	config := tiny(mlp.SGD)
	config.Epochs, config.Patience, config.KeepBest = 60, 3, true
	config.Optimizer.LearningRate = 3e-2
	r := train(t, open(t, backend.Go), 1, config)
	if !r.Stopped || len(r.History) != r.Best+3 {
		t.Fatalf("stopped %v after %d epochs, the best is %d", r.Stopped, len(r.History), r.Best)
	}
	_, validation, _ := load(t, "rtx2080ti-b64", 200)
	pred := make([]float64, validation.Rows())
	mlp.NewModel(r.Params).Predict(pred, validation.X)
	var se float64
	for i, p := range pred {
		se += math.Pow(p-float64(validation.Y[i]), 2)
	}
	if got, want := math.Sqrt(se/float64(len(pred))), r.History[r.Best-1].ValRMSE; math.Abs(got-want) > 1e-4*want {
		t.Errorf("the weights given have validation RMSE %v, the best epoch had %v", got, want)
	}
}

func TestInterruptKeepsWhatThereIs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	data, validation, _ := load(t, "rtx2080ti-b64", 200)
	config := tiny(mlp.SGD)
	config.Epochs, config.Checkpoint = 10, filepath.Join(t.TempDir(), "state")
	r, err := mlp.Train(ctx, open(t, backend.Go), mlp.Job{Seed: 1, Train: data, Validation: validation, Config: config, Observe: func(p mlp.Progress) {
		if p.Epoch.Epoch == 4 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || r == nil || len(r.History) != 4 || r.Params == nil {
		t.Fatalf("interrupted after four epochs: %+v, %v", r, err)
	}
	// The next call goes on, and ends where an uninterrupted one does.
	on, err := mlp.Train(t.Context(), open(t, backend.Go), mlp.Job{Seed: 1, Train: data, Validation: validation, Config: config})
	if err != nil || on.Resumed != 4 || len(on.History) != 10 {
		t.Fatalf("going on: %+v, %v", on, err)
	}
	config.Checkpoint = ""
	whole, err := mlp.Train(t.Context(), open(t, backend.Go), mlp.Job{Seed: 1, Train: data, Validation: validation, Config: config})
	if err != nil || !same(on.Params, whole.Params) {
		t.Errorf("a resumed training ends elsewhere than a whole one: %v", err)
	}
}

func TestBadConfigs(t *testing.T) {
	be := open(t, backend.Go)
	data, validation, _ := load(t, "rtx2080ti-b64", 10)
	for want, spoil := range map[string]func(*mlp.Config, *mlp.Data){
		"want positive widths":   func(c *mlp.Config, _ *mlp.Data) { c.Layers = []int{128, 2} },
		"0 epochs":               func(c *mlp.Config, _ *mlp.Data) { c.Epochs = 0 },
		"leaves none to train":   func(c *mlp.Config, _ *mlp.Data) { c.Freeze = 3 },
		"no optimizer \"lbfgs\"": func(c *mlp.Config, _ *mlp.Data) { c.Optimizer.Kind = "lbfgs" },
		"learning rate NaN":      func(c *mlp.Config, _ *mlp.Data) { c.Optimizer.LearningRate = math.NaN() },
		"no rows to train on":    func(_ *mlp.Config, d *mlp.Data) { *d = mlp.Data{} },
		"training data have 10 rows of 128 inputs for 9 targets": func(_ *mlp.Config, d *mlp.Data) { d.Y = d.Y[1:] },
		"want rows of 128": func(_ *mlp.Config, d *mlp.Data) { d.X.Cols = 127 },
		"row 0: column 128": func(_ *mlp.Config, d *mlp.Data) {
			d.X.Columns = append(slices.Clone(d.X.Columns[:3]), 128)
			d.X.Starts = []int{0, 4}
			d.X.Values = d.X.Values[:4]
			d.Y = d.Y[:1]
		},
	} {
		config, rows := tiny(mlp.SGD), data
		spoil(&config, &rows)
		if _, err := mlp.Train(t.Context(), be, mlp.Job{Seed: 1, Train: rows, Validation: validation, Config: config}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
	}
}
