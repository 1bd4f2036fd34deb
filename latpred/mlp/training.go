package mlp

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/random"
)

// caught turns a panic of GoMLX into an error. Every use of graphs, tensors and
// executables in this package runs inside it.
func caught(what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("mlp: %s: %v", what, p)
		}
	}()
	return f()
}

// executables are the compiled graphs of a recipe on a backend, shared by all
// trainings of the process; each compiles once for each shape of its inputs.
type executables struct {
	step, loop, errors *graph.Exec
}

type executableKey struct {
	be     *backend.Backend
	recipe recipe
	batch  int
}

var (
	executablesMu sync.Mutex
	compiled      = map[executableKey]*executables{}
)

func executablesFor(be *backend.Backend, r recipe, batch int) (*executables, error) {
	executablesMu.Lock()
	defer executablesMu.Unlock()
	key := executableKey{be, r, batch}
	if e := compiled[key]; e != nil {
		return e, nil
	}
	e := &executables{}
	err := caught("building graphs", func() (err error) {
		if e.step, err = graph.NewExec(be.Backend, func(in []*graph.Node) []*graph.Node {
			next, loss := r.step(in[0], in[1], in[2+hyperSize:], hyperOf(in[2:]))
			return append([]*graph.Node{loss}, next...)
		}); err != nil {
			return err
		}
		if e.loop, err = graph.NewExec(be.Backend, func(in []*graph.Node) []*graph.Node { return r.loop(in, batch) }); err != nil {
			return err
		}
		e.errors, err = graph.NewExec(be.Backend, func(in []*graph.Node) []*graph.Node {
			return errorsOf(in[0], in[1], in[2:], batch)
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	e.step.SetMaxCache(-1) // a graph for each size of data: no bound
	e.loop.SetMaxCache(-1)
	e.errors.SetMaxCache(-1)
	compiled[key] = e
	return e, nil
}

// Training is a training that its caller takes epoch by epoch, such as a trial of
// a search over hyper-parameters; Train drives one to its end. It holds data and
// state on a backend until Close. It must not be used by two goroutines at once;
// different ones may run side by side.
type Training struct {
	be     *backend.Backend
	config Config
	recipe recipe
	exec   *executables
	seed   uint64
	done   int // epochs

	host       Data // training rows, for batches that the host gathers
	x, y       *tensors.Tensor
	valX, valY *tensors.Tensor // nil without validation rows
	hypers     []*tensors.Tensor
	state      []*tensors.Tensor
	compile    time.Duration // of the first epoch, in which executables are built
}

// Begin places a training on a backend. Arguments are those of Train, but that
// config's Epochs, Patience, KeepBest and Checkpoint are the caller's business
// and Freeze must be 0.
func Begin(be *backend.Backend, seed uint64, start *Params, train, validation Data, config Config) (*Training, error) {
	start, err := startOf(seed, start, train, validation, config)
	if err != nil {
		return nil, err
	}
	if config.Freeze > 0 {
		return nil, errors.New("mlp: a training that is taken epoch by epoch can't freeze layers")
	}
	return begin(be, seed, start, train, validation, config, nil)
}

func begin(be *backend.Backend, seed uint64, start *Params, train, validation Data, config Config, saved *checkpoint) (*Training, error) {
	t := &Training{
		be: be, config: config, host: train, seed: seed,
		recipe: recipe{layers: len(config.Layers) - 1, kind: config.Optimizer.Kind},
	}
	var err error
	if t.exec, err = executablesFor(be, t.recipe, config.BatchSize); err != nil {
		return nil, err
	}
	err = caught("placing data", func() error {
		width := config.Layers[0]
		t.x = tensors.FromFlatDataAndDimensions(train.X, train.Rows(), width)
		t.y = tensors.FromFlatDataAndDimensions(train.Y, train.Rows(), 1)
		if validation.Rows() > 0 {
			t.valX = tensors.FromFlatDataAndDimensions(validation.X, validation.Rows(), width)
			t.valY = tensors.FromFlatDataAndDimensions(validation.Y, validation.Rows(), 1)
		}
		o := config.Optimizer
		for _, v := range []float64{o.LearningRate, o.Momentum, o.WeightDecay} {
			t.hypers = append(t.hypers, tensors.FromScalar(float32(v)))
		}
		if saved != nil {
			t.state, t.done = saved.state(t.recipe), len(saved.History)
			return nil
		}
		t.state = initialState(start, t.recipe)
		return nil
	})
	return t, err
}

// placed lists weight and bias of each layer; the caller catches panics.
func placed(p *Params) []*tensors.Tensor {
	var list []*tensors.Tensor
	for l := range p.Weights {
		in, out := p.Layers[l], p.Layers[l+1]
		list = append(list, tensors.FromFlatDataAndDimensions(p.Weights[l], in, out), tensors.FromFlatDataAndDimensions(p.Biases[l], out))
	}
	return list
}

// initialState lists the weights, zero for each slot of the optimizer, and for
// Adam the number of steps.
func initialState(p *Params, r recipe) []*tensors.Tensor {
	weights := placed(p)
	state := weights
	for range r.slots() {
		for _, w := range weights {
			state = append(state, tensors.FromShape(w.Shape()))
		}
	}
	if r.kind == Adam {
		state = append(state, tensors.FromScalar(float32(0)))
	}
	return state
}

// Epoch takes one step for each batch of the training rows, in the order that the
// seed gives them in this epoch, and judges the weights. Errors that are infinite
// or NaN are no error here.
func (t *Training) Epoch() (row Epoch, err error) {
	start := time.Now()
	row.Epoch = t.done + 1
	order := random.Stream(t.seed, fmt.Sprint("shuffle ", row.Epoch)).Perm(t.host.Rows())
	err = caught("training", func() error {
		batch, sum, steps := t.config.BatchSize, 0.0, 0
		at := 0
		if full := len(order) / batch; t.be.XLA() && full > 0 {
			losses, err := t.runLoop(order, full*batch)
			if err != nil {
				return err
			}
			sum, row.LastBatch = losses[0], losses[1]
			at, steps = full*batch, full
		}
		for ; at < len(order); at += batch {
			loss, err := t.runStep(order[at:min(at+batch, len(order))])
			if err != nil {
				return err
			}
			sum, row.LastBatch = sum+loss, loss
			steps++
		}
		row.TrainLoss = sum / float64(steps)
		return t.validate(&row)
	})
	t.done++
	if t.compile == 0 {
		t.compile = time.Since(start)
	}
	return row, err
}

// runLoop takes all full steps in one call; it gives the sum of losses and the last.
func (t *Training) runLoop(order []int, end int) ([]float64, error) {
	rows := make([]int32, len(order))
	for i, r := range order {
		rows[i] = int32(r)
	}
	args := []any{int32(0), int32(end), float32(0), float32(0), t.x, t.y, rows}
	out, err := t.exec.loop.Call(t.withState(args)...)
	if err != nil {
		return nil, err
	}
	t.state = out[2:]
	return []float64{scalar(out[0]), scalar(out[1])}, nil
}

// runStep takes one step on the given rows.
func (t *Training) runStep(rows []int) (float64, error) {
	width := t.config.Layers[0]
	x, y := make([]float32, 0, len(rows)*width), make([]float32, 0, len(rows))
	for _, r := range rows {
		x = append(x, t.host.X[r*width:(r+1)*width]...)
		y = append(y, t.host.Y[r])
	}
	args := []any{tensors.FromFlatDataAndDimensions(x, len(rows), width), tensors.FromFlatDataAndDimensions(y, len(rows), 1)}
	out, err := t.exec.step.Call(t.withState(args)...)
	if err != nil {
		return 0, err
	}
	for _, arg := range args {
		arg.(*tensors.Tensor).MustFinalizeAll()
	}
	t.state = out[1:]
	return scalar(out[0]), nil
}

// withState appends hyper-parameters and the state, whose buffers it gives away:
// the call that takes them returns the next state.
func (t *Training) withState(args []any) []any {
	for _, h := range t.hypers {
		args = append(args, h)
	}
	for _, s := range t.state {
		donated, err := graph.DonateTensorBuffer(s, t.be.Backend, 0)
		if err != nil {
			panic(err)
		}
		args = append(args, donated)
	}
	return args
}

// validate fills the validation errors of row.
func (t *Training) validate(row *Epoch) error {
	if t.valX == nil {
		row.ValRMSE, row.ValMAE, row.ValLast = math.NaN(), math.NaN(), math.NaN()
		return nil
	}
	args := []any{t.valX, t.valY}
	for _, p := range t.state[:2*t.recipe.layers] {
		args = append(args, p)
	}
	out, err := t.exec.errors.Call(args...)
	if err != nil {
		return err
	}
	row.ValRMSE, row.ValMAE, row.ValLast = scalar(out[0]), scalar(out[1]), scalar(out[2])
	return nil
}

// scalar reads a float32 and frees its tensor.
func scalar(t *tensors.Tensor) float64 {
	v := float64(tensors.ToScalar[float32](t))
	t.MustFinalizeAll()
	return v
}

// Params copies the weights from the device.
func (t *Training) Params() (*Params, error) {
	p := &Params{Layers: append([]int{}, t.config.Layers...)}
	err := caught("reading weights", func() error {
		for l := range t.recipe.layers {
			p.Weights = append(p.Weights, tensors.MustCopyFlatData[float32](t.state[2*l]))
			p.Biases = append(p.Biases, tensors.MustCopyFlatData[float32](t.state[2*l+1]))
		}
		return nil
	})
	return p, err
}

// Close frees what the training holds on the device.
func (t *Training) Close() {
	_ = caught("freeing", func() error {
		for _, list := range [][]*tensors.Tensor{t.state, t.hypers, {t.x, t.y, t.valX, t.valY}} {
			for _, tensor := range list {
				if tensor != nil && tensor.Ok() {
					tensor.MustFinalizeAll()
				}
			}
		}
		return nil
	})
}
