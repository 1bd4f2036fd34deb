package bench

import (
	"context"
	"fmt"
	"math"
	"os/exec"
	"time"

	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/hpo"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// timed returns the seconds that f takes.
func timed(f func() error) (float64, error) {
	start := time.Now()
	err := f()
	return time.Since(start).Seconds(), err
}

// trainingFLOPs is the number of floating-point operations of a training if no zeros were
// skipped: for each weight and row two in the forward pass, two for the gradient of the
// weight, and two for that of the layer's input, except in the first layer.
func trainingFLOPs(layers []int, rows, epochs int) float64 {
	var perRow float64
	for l, in := range layers[:len(layers)-1] {
		products := 2 * float64(in*layers[l+1])
		perRow += 2 * products
		if l > 0 {
			perRow += products
		}
	}
	return perRow * float64(rows) * float64(epochs)
}

// startJobs time the start of the program.
func (s *subject) startJobs() []job {
	if s.options.Program == "" {
		return nil
	}
	return []job{{row: Row{Job: Start, Name: "latpred --help", Unit: "ms", Most: 60}, ours: func(ctx context.Context) (float64, error) {
		var times []float64
		for range 20 {
			seconds, err := timed(exec.CommandContext(ctx, s.options.Program, "--help").Run)
			if err != nil {
				return 0, err
			}
			times = append(times, 1e3*seconds)
		}
		return metric.Median(times), nil
	}}}
}

// trainJobs train the published network. Ours and the peer's typical variant validate
// after every epoch, the peer's fast variant does not.
func (s *subject) trainJobs(ctx context.Context) ([]job, error) {
	epochs := fmt.Sprint(s.options.Epochs)
	name := fmt.Sprintf("published network, 7,000 rows × %s epochs", epochs)
	on := func(be *backend.Backend) func(context.Context) (float64, error) {
		return func(ctx context.Context) (float64, error) {
			config := mlp.Published()
			config.Epochs = s.options.Epochs
			return timed(func() error {
				_, err := mlp.Train(ctx, be, s.job(config))
				return err
			})
		}
	}
	flops := trainingFLOPs(mlp.PublishedLayers, s.train.Rows(), s.options.Epochs)
	jobs := []job{
		{row: Row{Job: Train, Name: name, Unit: "s", Target: 2}, flops: flops, ours: on(s.be), peer: s.peerSeconds("manual", "train", "manual", "--epochs", epochs)},
		{row: Row{Job: Train, Name: name + ", as users write it", Unit: "s", Target: 4}, flops: flops, once: true, ours: on(s.be), peer: s.peerSeconds("typical", "train", "typical", "--epochs", epochs)},
	}
	if s.be.Kind == backend.CUDA {
		jobs = jobs[:1]
		jobs[0].row.Most = 2
		jobs[0].peer, jobs[0].row.Note = s.graphPeer("train")
	}
	if s.be.Kind == backend.Go {
		if xla, err := backend.Open(ctx, backend.Options{Kind: backend.CPU, Threads: s.be.Threads}); err == nil {
			var compile time.Duration
			ours := func(ctx context.Context) (float64, error) {
				config := mlp.Published()
				config.Epochs = s.options.Epochs
				var result *mlp.Result
				seconds, err := timed(func() (err error) {
					result, err = mlp.Train(ctx, xla, s.job(config))
					return err
				})
				if err == nil && compile == 0 {
					compile = result.Compile - (result.Elapsed-result.Compile)/time.Duration(max(1, s.options.Epochs-1))
				}
				return seconds, err
			}
			jobs = append(jobs, job{row: Row{Job: Train, Name: name + ", on xla:cpu", Unit: "s"}, flops: flops, once: true, ours: ours,
				finish: func(r *Row) { r.Note = fmt.Sprintf("of it %.2f s of compilation", compile.Seconds()) }})
		}
	}
	step := job{row: Row{Job: Train, Name: "a step of it without a plugin", Unit: "ms", Most: 2},
		ours: func(ctx context.Context) (float64, error) {
			be, err := backend.Open(ctx, backend.Options{Kind: backend.Go})
			if err != nil {
				return 0, err
			}
			config := mlp.Published()
			config.Epochs = 5
			seconds, err := timed(func() error {
				_, err := mlp.Train(ctx, be, mlp.Job{Seed: s.options.Seed, Train: s.train, Config: config})
				return err
			})
			steps := (s.train.Rows() + config.BatchSize - 1) / config.BatchSize * config.Epochs
			return 1e3 * seconds / float64(steps), err
		}}
	return append(jobs, step), nil
}

// fineTuneJobs fine-tune the Note10's network for the RTX 2080 Ti with 700 rows. Neither
// ours nor the peer's validates.
func (s *subject) fineTuneJobs(ctx context.Context) ([]job, error) {
	source, err := s.trained(ctx, "note10")
	if err != nil {
		return nil, err
	}
	config := neural.PublishedFineTuning()
	config.Epochs, config.Freeze = s.options.Epochs, len(config.Layers)-2
	const rows = 700
	part := s.firstRows(rows)
	return []job{{
		row:  Row{Job: FineTune, Name: fmt.Sprintf("last layer, %d rows × %d epochs", rows, config.Epochs), Unit: "s", Target: 20},
		peer: s.peerSeconds("auto", "finetune", "auto"),
		ours: func(ctx context.Context) (float64, error) {
			return timed(func() error {
				_, err := mlp.Train(ctx, s.be, mlp.Job{Seed: s.options.Seed, Start: source.Params().Clone(), Train: part, Config: config})
				return err
			})
		},
	}}, nil
}

// tuneJobs search the authors' grid in full, and by successive halving.
func (s *subject) tuneJobs() ([]job, error) {
	grid := hpo.Grid(neural.PublishedAxes())
	epochs := s.options.Epochs
	best, gridBest, gridSeconds, done := math.Inf(1), math.Inf(1), 0.0, 0
	search := func(ctx context.Context, scheduler hpo.Scheduler) (float64, error) {
		best, done = math.Inf(1), 0
		return timed(func() error {
			trials, err := neural.Tune(ctx, s.be, neural.Search{Set: s.set, Split: s.split, Seed: s.options.Seed, Config: mlp.Published(), Scheduler: scheduler})
			for _, t := range trials {
				done += t.Epoch
				if v := t.Last[neural.MetricValRMSE]; t.State == hpo.Completed && v < best {
					best = v
				}
			}
			return err
		})
	}
	full := job{
		row: Row{Job: Tune, Name: fmt.Sprintf("full grid, %d trials × %d epochs", len(grid), epochs), Unit: "s", Target: 2.5}, once: true,
		flops: float64(len(grid)) * trainingFLOPs(mlp.PublishedLayers, s.train.Rows(), epochs),
		ours: func(ctx context.Context) (float64, error) {
			seconds, err := search(ctx, hpo.FIFO(grid, epochs))
			gridSeconds, gridBest = seconds, best
			return seconds, err
		},
		finish: func(r *Row) { r.Note = fmt.Sprintf("best validation RMSE %.4f ms; %d epochs in all", gridBest, done) },
	}
	if s.options.Peer != nil && s.be.Kind != backend.CUDA {
		full.peer = map[string]func(context.Context) (float64, error){"manual, 2 processes": func(ctx context.Context) (float64, error) {
			object, err := s.options.Peer.run(ctx, 0, "hpo", "manual", "--procs", "2", "--epochs", fmt.Sprint(epochs))
			if err != nil {
				return 0, err
			}
			return number(object, "seconds")
		}}
	}
	halving := job{row: Row{Job: Tune, Name: "the same grid by halving", Unit: "s"}, once: true}
	halving.ours = func(ctx context.Context) (float64, error) {
		// The same settings as latpred tune --rule halving.
		scheduler, err := hpo.Halving(grid, hpo.HalvingRungs(len(grid), 2, epochs), 2, hpo.Watch{Metric: neural.MetricValRMSE})
		if err != nil {
			return 0, err
		}
		return search(ctx, scheduler)
	}
	halving.finish = func(r *Row) {
		r.Most = gridSeconds / 6
		r.Note = fmt.Sprintf("1/%.1f of the grid's time; best validation RMSE %.4f ms, %+.1f %% from the grid's; %d epochs in all", gridSeconds/r.Median, best, 100*(best/gridBest-1), done)
	}
	if s.be.Kind != backend.CUDA {
		return []job{full, halving}, nil
	}
	return []job{full, halving, s.stackedJob(grid)}, nil
}

// stackedJob trains the grid's trials along a leading axis, for GPUs.
func (s *subject) stackedJob(grid []hpo.Config) job {
	row := Row{Job: Tune, Name: fmt.Sprintf("the full grid, %d stacked trials × %d epochs", len(grid), s.options.Epochs), Unit: "s", Most: 5}
	peer, note := s.graphPeer("hpo")
	row.Note = note
	return job{row: row, peer: peer, ours: func(ctx context.Context) (float64, error) {
		config := mlp.Published()
		var optimizers []mlp.Optimizer
		for _, c := range grid {
			o, err := neural.OptimizerOf(config.Optimizer, c)
			if err != nil {
				return 0, err
			}
			optimizers = append(optimizers, o)
		}
		return timed(func() error {
			stack, err := mlp.BeginStack(s.be, s.job(config), optimizers)
			if err != nil {
				return err
			}
			defer stack.Close()
			for range s.options.Epochs {
				if _, err := stack.Epoch(); err != nil {
					return err
				}
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			return nil
		})
	}}
}

// per returns the seconds of a call of f: the median of 15 batches of calls, each of at
// least 30 ms, after a call that does not count.
func per(f func() error) (float64, error) {
	if err := f(); err != nil {
		return 0, err
	}
	calls := 1
	for {
		start := time.Now()
		for range calls {
			if err := f(); err != nil {
				return 0, err
			}
		}
		if time.Since(start) > 30*time.Millisecond {
			break
		}
		calls *= 2
	}
	var times []float64
	for range 15 {
		start := time.Now()
		for range calls {
			if err := f(); err != nil {
				return 0, err
			}
		}
		times = append(times, time.Since(start).Seconds()/float64(calls))
	}
	return metric.Median(times), nil
}

// many is how many architectures the peer predicts at once.
const many = 8192

func (s *subject) predictJobs(ctx context.Context) ([]job, error) {
	network, err := s.trained(ctx, s.set.Name)
	if err != nil {
		return nil, err
	}
	note10 := lut.Note10()
	s10, err := space.ByID(note10.SpaceID)
	if err != nil {
		return nil, err
	}
	table, err := note10.Index(s10)
	if err != nil {
		return nil, err
	}
	archs, dst := s.sampled(many), make([]float64, many)
	next := 0
	one := func(f func(dst []float64, archs []space.Arch) error) func() error {
		return func() error {
			next = (next + 1) % many
			return f(dst[:1], archs[next:next+1])
		}
	}
	row := func(name, unit string, scale float64, r Row, f func() error) job {
		r.Job, r.Name, r.Unit = Predict, name, unit
		return job{row: r, ours: func(context.Context) (float64, error) {
			seconds, err := per(f)
			if unit == "1/s" {
				return scale / seconds, err
			}
			return scale * seconds, err
		}}
	}
	single := row("one architecture, encoding included", "µs", 1e6, Row{Most: 15}, one(network.PredictMs))
	single.peer = s.peerField("encode_and_batch_1_us", "batch 1", "predict")
	hundred := row("100 architectures, encoding included", "µs", 1e6, Row{}, func() error { return network.PredictMs(dst[:100], archs[:100]) })
	hundred.peer = s.peerField("batch_100_us", "encoded", "predict")
	all := row("8,192 architectures, encoding included", "1/s", many, Row{Target: 2}, func() error { return network.PredictMs(dst, archs) })
	all.peer = s.peerField("archs_per_second", "encoded", "predict")
	jobs := []job{single, hundred, all,
		row("one architecture, by a table", "ns", 1e9, Row{Most: 100}, one(table.PredictMs)),
		row("8,192 architectures, by a table", "1/s", many, Row{Least: 20e6}, func() error { return table.PredictMs(dst, archs) }),
	}
	return jobs, nil
}

// searchJobs evolve 500 generations of 100 networks, latency and accuracy by
// networks.
func (s *subject) searchJobs(ctx context.Context) ([]job, error) {
	network, err := s.trained(ctx, s.set.Name)
	if err != nil {
		return nil, err
	}
	one := job{row: Row{Job: Search, Name: "500 generations × 100, 25 ms", Unit: "s", Target: 10, Most: 1}, peer: s.peerSeconds("nas", "nas", "--limit", "25", "--generations", "500")}
	var found nas.Candidate
	one.ours = func(ctx context.Context) (float64, error) {
		return timed(func() error {
			r, err := nas.Search(ctx, random.Stream(s.options.Seed, "search 25"), nas.Published(s.space, 25), cached(network.PredictMs), cached(accuracy.Predict), nil)
			if r != nil {
				found = r.Best
			}
			return err
		})
	}
	one.finish = func(r *Row) { r.Note = fmt.Sprintf("accuracy %.4f at %.2f ms", found.Accuracy, found.LatencyMs) }
	five := job{row: Row{Job: Search, Name: "five limits, 15 to 35 ms", Unit: "s", Most: 2.5}}
	five.ours = func(ctx context.Context) (float64, error) {
		return timed(func() error {
			_, err := nas.Limits(ctx, nas.Sweep{Seed: s.options.Seed, Config: nas.Published(s.space, 1), LimitsMs: []float64{15, 20, 25, 30, 35},
				Latency: cached(network.PredictMs), Accuracy: cached(accuracy.Predict)})
			return err
		})
	}
	return []job{one, five}, nil
}

// cached estimates each architecture once, as latpred search does.
func cached(e nas.Estimate) nas.Estimate {
	c, _ := nas.Cached(e, nas.ByArch)
	return c
}

func (s *subject) encodeJobs() ([]job, error) {
	archs, row := s.sampled(many), make([]float32, encode.OFA128.Width())
	next := 0
	return []job{{row: Row{Job: Encode, Name: "one architecture", Unit: "ns"}, ours: func(context.Context) (float64, error) {
		seconds, err := per(func() error {
			next = (next + 1) % many
			return encode.OFA128.Encode(row, archs[next])
		})
		return 1e9 * seconds, err
	}}}, nil
}
