package mlp

import (
	"fmt"
	"slices"
	"sync"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/ofalat/ofalat/latpred/backend"
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

// executables are the graphs of a recipe on a backend, shared by all trainings of the
// process; each compiles when it is first called, once for each shape of its inputs. On XLA
// epoch is the only one; step and judge are for the pure-Go backend, which has no loops.
type executables struct {
	epoch, step, judge *graph.Exec
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
			next, loss := r.step(in[0], in[1], in[2+hyperSize:], hyperOf(in[2:]), nil)
			return append([]*graph.Node{loss}, next...)
		}); err != nil {
			return err
		}
		if e.epoch, err = graph.NewExec(be.Backend, func(in []*graph.Node) []*graph.Node { return r.epoch(in, batch) }); err != nil {
			return err
		}
		e.judge, err = graph.NewExec(be.Backend, func(in []*graph.Node) []*graph.Node { return judge(in, batch) })
		return err
	})
	if err != nil {
		return nil, err
	}
	e.step.SetMaxCache(-1) // a graph for each size of data: no bound
	e.epoch.SetMaxCache(-1)
	e.judge.SetMaxCache(-1)
	compiled[key] = e
	return e, nil
}

// device trains on a GoMLX backend, where inputs are dense arrays. On XLA an epoch with its
// validation is one call; the pure-Go backend, which has no dynamic slices, needs a call
// for each step.
type device struct {
	be     *backend.Backend
	config Config
	recipe recipe
	exec   *executables

	host    Data // training rows, for batches that the host gathers
	x, y    *tensors.Tensor
	judging []*tensors.Tensor // inputs of judge before the weights; nil without validation rows
	judged  [][]float64       // what judge gave in the last epoch, each for every trial; nil: nothing yet
	hypers  []*tensors.Tensor
	held    []*tensors.Tensor // weights, biases and the optimizer's slots
}

// newDevice starts from values in the order of engine; the optimizer's may be missing
// and are then 0.
func newDevice(be *backend.Backend, state [][]float32, train, validation Data, config Config) (*device, error) {
	e := &device{
		be: be, config: config, host: train,
		recipe: recipe{
			layers: len(config.Layers) - 1, kind: config.Optimizer.Kind,
			ragged: train.Rows()%config.BatchSize != 0, judges: validation.Rows() > 0,
		},
	}
	var err error
	if e.exec, err = executablesFor(be, e.recipe, config.BatchSize); err != nil {
		return nil, err
	}
	err = caught("placing data", func() error {
		width := config.Layers[0]
		e.x = tensors.FromFlatDataAndDimensions(train.dense(), train.Rows(), width)
		e.y = tensors.FromFlatDataAndDimensions(train.Y, train.Rows(), 1)
		if validation.Rows() > 0 {
			e.judging = []*tensors.Tensor{
				tensors.FromFlatDataAndDimensions(validation.dense(), validation.Rows(), width),
				tensors.FromFlatDataAndDimensions(validation.Y, validation.Rows(), 1),
			}
			for _, v := range judgeNumbers(validation.Rows(), config.BatchSize) {
				e.judging = append(e.judging, tensors.FromScalar(v))
			}
		}
		o := config.Optimizer
		for _, v := range []float64{o.LearningRate, o.Momentum, o.WeightDecay} {
			e.hypers = append(e.hypers, tensors.FromScalar(float32(v)))
		}
		e.held = e.recipe.place(config.Layers, state)
		return nil
	})
	return e, err
}

// placed copies weights and biases to tensors, layer by layer; the caller catches
// panics.
func placed(p *Params) []*tensors.Tensor {
	var list []*tensors.Tensor
	for l := range p.Weights {
		in, out := p.Layers[l], p.Layers[l+1]
		list = append(list, tensors.FromFlatDataAndDimensions(p.Weights[l], in, out), tensors.FromFlatDataAndDimensions(p.Biases[l], out))
	}
	return list
}

// place copies the state to tensors in the order of engine. The optimizer's values may
// be missing from state and are then 0.
func (r recipe) place(layers []int, state [][]float32) []*tensors.Tensor {
	weights := placed(fromFlat(layers, state[:2*r.layers]))
	list := weights
	for range r.slots() {
		for _, w := range weights {
			list = append(list, tensors.FromShape(w.Shape()))
		}
	}
	if r.kind == Adam {
		list = append(list, tensors.FromScalar(float32(0)))
	}
	for i := len(weights); i < len(state); i++ {
		tensors.MustMutableFlatData(list[i], func(flat []float32) { copy(flat, state[i]) })
	}
	return list
}

func (e *device) epoch(order []int) (sum, last float64, err error) {
	err = caught("training", func() error {
		if e.be.XLA() {
			sums, lasts, err := e.runEpoch(order, float32(0))
			if err != nil {
				return err
			}
			sum, last = sums[0], lasts[0]
			return nil
		}
		batch := e.config.BatchSize
		for at := 0; at < len(order); at += batch {
			if last, err = e.runStep(order[at:min(at+batch, len(order))]); err != nil {
				return err
			}
			sum += last
		}
		return nil
	})
	return sum, last, err
}

// runEpoch takes the steps of an epoch in one call and judges the weights; it returns the
// sums of losses and the last ones, of each trial. zero is what a sum begins with.
func (e *device) runEpoch(order []int, zero any) (sums, lasts []float64, err error) {
	batch := e.config.BatchSize
	rows := make([]int32, (len(order)+batch-1)/batch*batch)
	for i, r := range order {
		rows[i] = int32(r)
	}
	var args []any
	for _, t := range e.judging {
		args = append(args, t)
	}
	args = append(args, int32(0), int32(len(order)), zero, zero, e.x, e.y, rows)
	out, err := e.exec.epoch.Call(e.withState(args)...)
	if err != nil {
		return nil, nil, err
	}
	if e.judged = nil; e.recipe.judges {
		for _, t := range out[:3] {
			e.judged = append(e.judged, vector(t))
		}
		out = out[3:]
	}
	e.held = out[2:]
	return vector(out[0]), vector(out[1]), nil
}

// runStep takes one step on the given rows.
func (e *device) runStep(rows []int) (float64, error) {
	width := e.config.Layers[0]
	x, y := make([]float32, len(rows)*width), make([]float32, len(rows))
	for i, r := range rows {
		e.host.copyRow(x[i*width:(i+1)*width], r)
		y[i] = e.host.Y[r]
	}
	args := []any{tensors.FromFlatDataAndDimensions(x, len(rows), width), tensors.FromFlatDataAndDimensions(y, len(rows), 1)}
	out, err := e.exec.step.Call(e.withState(args)...)
	if err != nil {
		return 0, err
	}
	for _, arg := range args {
		arg.(*tensors.Tensor).MustFinalizeAll()
	}
	e.held = out[1:]
	return scalar(out[0]), nil
}

// withState appends hyper-parameters and the state, whose buffers it donates: the call
// that receives them returns the next state.
func (e *device) withState(args []any) []any {
	for _, h := range e.hypers {
		args = append(args, h)
	}
	for _, s := range e.held {
		donated, err := graph.DonateTensorBuffer(s, e.be.Backend, 0)
		if err != nil {
			panic(err)
		}
		args = append(args, donated)
	}
	return args
}

// errors gives what the last epoch judged, or, on the pure-Go backend, judges now.
func (e *device) errors() (rmse, mae, last float64, err error) {
	if e.judged != nil {
		return e.judged[0][0], e.judged[1][0], e.judged[2][0], nil
	}
	err = caught("validating", func() error {
		var args []any
		for _, t := range slices.Concat(e.judging, e.held[:2*e.recipe.layers]) {
			args = append(args, t)
		}
		out, err := e.exec.judge.Call(args...)
		if err != nil {
			return err
		}
		rmse, mae, last = scalar(out[0]), scalar(out[1]), scalar(out[2])
		return nil
	})
	return rmse, mae, last, err
}

// scalar reads a float32 and frees its tensor.
func scalar(t *tensors.Tensor) float64 {
	v := float64(tensors.ToScalar[float32](t))
	t.MustFinalizeAll()
	return v
}

func (e *device) weights() ([][]float32, error) { return read(e.held[:2*e.recipe.layers]) }

func (e *device) state() ([][]float32, error) { return read(e.held) }

// read copies tensors from the device.
func read(list []*tensors.Tensor) (values [][]float32, err error) {
	err = caught("reading weights", func() error {
		for _, t := range list {
			values = append(values, tensors.MustCopyFlatData[float32](t))
		}
		return nil
	})
	return values, err
}

func (e *device) close() {
	_ = caught("freeing", func() error {
		for _, list := range [][]*tensors.Tensor{e.held, e.hypers, e.judging, {e.x, e.y}} {
			for _, tensor := range list {
				if tensor != nil && tensor.Ok() {
					tensor.MustFinalizeAll()
				}
			}
		}
		return nil
	})
}
