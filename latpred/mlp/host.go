package mlp

import (
	"math"
	"slices"
	"time"

	"github.com/ofalat/ofalat/latpred/loops"
)

// host trains on the processor with package loops. Steps, and the order in which sums
// are taken, are the same for any number of threads.
//
// The threads wait for each other after the forward pass, and in the backward pass after
// each layer. In the forward pass a thread has a share of the batch's rows. In the
// backward pass it has a share of a layer's inputs: it computes the gradient with respect
// to them and updates their weights at once.
type host struct {
	config            Config
	train, validation Data
	threads           autotuner
	barrier           barrier
	steps             int // taken

	net   net
	slots []net // of the optimizer

	ones    loops.Matrix   // a column of 1: the input of the biases
	h, d    []loops.Matrix // each layer's outputs for a batch, and the gradients with respect to them
	workers []*worker      // one for each thread
}

// worker is a thread's working memory.
type worker struct {
	number int
	steps  int // taken in total; for Adam
	lines  loops.Sparse
	top    loops.Matrix // gradient with respect to the net's output
	g      loops.Matrix // gradient of some weights, for Adam
}

// chunkInputs is the number of a layer's inputs that a thread handles together in the
// backward pass: their weights and optimizer slots stay in its L2 cache.
const chunkInputs = 256

// minParallel is the number of weights times rows of a batch above which several threads
// take a step faster than one.
const minParallel = 1 << 19

// newHost starts from values in the order of engine; the optimizer's may be missing and
// are then 0.
func newHost(threads int, state [][]float32, train, validation Data, config Config) *host {
	n, weights := 2*(len(config.Layers)-1), 0
	for _, values := range state[:n] {
		weights += len(values)
	}
	if weights*config.BatchSize < minParallel {
		threads = 1
	}
	e := &host{config: config, train: train, validation: validation, threads: autotuner{threads: max(1, threads)}}
	e.net = pack(fromFlat(config.Layers, state[:n]))
	slots := recipe{kind: config.Optimizer.Kind}.slots()
	for i := range slots {
		slot := pack(zeroParams(config.Layers))
		if from := (i + 1) * n; len(state) >= from+n {
			slot = pack(fromFlat(config.Layers, state[from:from+n]))
		}
		e.slots = append(e.slots, slot)
	}
	if at := (slots + 1) * n; len(state) > at {
		e.steps = int(state[at][0])
	}
	e.reserve(min(config.BatchSize, train.Rows()))
	return e
}

// reserve makes room for a batch of rows.
func (e *host) reserve(rows int) {
	dense := e.train.features != nil
	e.h, e.d = e.net.layersOf(rows, dense), e.net.layersOf(rows, dense)
	top := e.d[len(e.d)-1]
	e.ones = loops.NewMatrix(rows, 1, top.Stride)
	for i := range rows {
		e.ones.Row(i)[0] = 1
	}
	for number := range e.threads.threads {
		e.workers = append(e.workers, &worker{number: number, top: loops.NewMatrix(rows, top.Cols, top.Stride)})
	}
}

func zeroParams(layers []int) *Params {
	p := &Params{Layers: layers}
	for l, in := range layers[:len(layers)-1] {
		p.Weights = append(p.Weights, make([]float32, in*layers[l+1]))
		p.Biases = append(p.Biases, make([]float32, layers[l+1]))
	}
	return p
}

func (e *host) epoch(order []int) (sum, last float64, err error) {
	for run := range slices.Chunk(order, stepsPerRun*e.config.BatchSize) {
		threads := e.threads.next()
		e.barrier.size = int32(threads)
		start, steps := time.Now(), (len(run)+e.config.BatchSize-1)/e.config.BatchSize
		parallel(threads, func(number int) {
			w := e.workers[number]
			w.steps = e.steps
			for batch := range slices.Chunk(run, e.config.BatchSize) {
				if loss := e.step(w, batch); number == 0 {
					sum, last = sum+loss, loss
				}
			}
		})
		e.steps += steps
		e.threads.record(time.Since(start).Seconds() / float64(steps))
	}
	return sum, last, nil
}

// step does a worker's part of a step on some rows and returns the loss before the step.
func (e *host) step(w *worker, rows []int) (loss float64) {
	e.forward(w, rows)
	e.barrier.wait()
	loss = e.loss(w, rows)
	w.steps++
	for l := len(e.net) - 1; l >= 0; l-- {
		e.backward(w, l, rows)
		e.barrier.wait()
	}
	return loss
}

// share is a worker's range of n items.
func (e *host) share(w *worker, n, unit int) (from, to int) {
	return share(w.number, int(e.barrier.size), n, unit)
}

// forward does a worker's part of the forward pass.
func (e *host) forward(w *worker, rows []int) {
	from, to := e.share(w, len(rows), 1)
	if e.train.features == nil {
		e.net.forwardSparse(e.h, from, e.train.X, rows[from:to], &w.lines)
		return
	}
	for i := from; i < to; i++ {
		e.train.copyRow(e.h[0].Row(i), rows[i])
	}
	e.net.forward(e.h, 0, from, to, &w.lines)
}

// loss returns √(MSE + ε) and sets w.top to its gradient with respect to the outputs.
// Every worker computes it, which is faster than waiting for one that does.
func (e *host) loss(w *worker, rows []int) float64 {
	out := e.h[len(e.h)-1]
	var sum float64
	for i, r := range rows {
		d := out.Row(i)[0] - e.train.Y[r]
		w.top.Row(i)[0] = d
		sum += float64(d) * float64(d)
	}
	n := float64(len(rows))
	loss := math.Sqrt(sum/n + lossEpsilon)
	for i := range rows {
		w.top.Row(i)[0] = float32(float64(w.top.Row(i)[0]) / (loss * n))
	}
	return loss
}

// backward does a worker's part of the backward pass through layer l.
func (e *host) backward(w *worker, l int, rows []int) {
	d, n := w.top, len(rows)
	if l+1 < len(e.net) {
		d = e.d[l+1]
	}
	inputs := e.net[l].Rows - 1
	from, to := e.share(w, inputs, loops.Lanes)
	for first := from; first < to; first += chunkInputs {
		end := min(first+chunkInputs, to)
		if l == 0 && e.train.features == nil {
			w.lines.TakeColumns(e.train.X, rows, first, end, d)
		} else {
			w.lines.CompressColumns(e.h[l], n, first, end, d)
		}
		if l > 0 {
			for i := range n {
				clear(e.d[l].Row(i)[first:end])
			}
			loops.MultiplySampled(e.d[l], first, &w.lines, e.net[l], d)
		}
		e.update(w, l, first, d)
	}
	if w.number == int(e.barrier.size)-1 {
		w.lines.CompressColumns(e.ones, n, 0, 1, d)
		e.update(w, l, inputs, d)
	}
}

// update takes the optimizer's step on the rows of layer l's weights from first on, those
// of the inputs whose columns are in w.lines. d is the gradient with respect to the
// layer's outputs.
func (e *host) update(w *worker, l, first int, d loops.Matrix) {
	o := e.config.Optimizer
	rate, decay := float32(o.LearningRate), float32(o.WeightDecay)
	if o.Kind == SGD {
		loops.GradientStep(e.net[l], e.slots[0][l], first, &w.lines, d, loops.SGD{Rate: rate, Momentum: float32(o.Momentum), Decay: decay})
		return
	}
	rows := w.lines.Len()
	if w.g.Rows < rows || w.g.Cols != d.Cols {
		w.g = loops.NewMatrix(max(rows, chunkInputs), d.Cols, 0)
	}
	clear(w.g.Data)
	w.lines.GatherValues()
	loops.MultiplyAdd(w.g, 0, &w.lines, d)
	t := float64(w.steps)
	mScale, vScale := float32(1/(1-math.Pow(adamBeta1, t))), float32(1/(1-math.Pow(adamBeta2, t)))
	for i := range rows {
		weights, mean, square := e.net[l].Row(first+i), e.slots[0][l].Row(first+i), e.slots[1][l].Row(first+i)
		for c, g := range w.g.Row(i) {
			g += decay * weights[c]
			mean[c] = adamBeta1*mean[c] + (1-adamBeta1)*g
			square[c] = adamBeta2*square[c] + (1-adamBeta2)*g*g
			weights[c] -= rate * (mean[c] * mScale) / (float32(math.Sqrt(float64(square[c]*vScale))) + adamEpsilon)
		}
	}
}

func (e *host) errors() (rmse, mae, last float64, err error) {
	n := e.validation.Rows()
	errs := make([]float64, n)
	e.net.applyTo(e.validation, len(e.net), e.threads.threads, func(from int, m loops.Matrix) {
		for i := range m.Rows {
			errs[from+i] = float64(m.Row(i)[0]) - float64(e.validation.Y[from+i])
		}
	})
	lastFrom := (n - 1) / e.config.BatchSize * e.config.BatchSize
	var square, absolute, lastSquare float64
	for i, v := range errs {
		square += v * v
		absolute += math.Abs(v)
		if i >= lastFrom {
			lastSquare += v * v
		}
	}
	return math.Sqrt(square / float64(n)), absolute / float64(n), math.Sqrt(lastSquare/float64(n-lastFrom) + lossEpsilon), nil
}

func (e *host) weights() ([][]float32, error) { return e.net.flat(), nil }

func (e *host) state() ([][]float32, error) {
	state := e.net.flat()
	for _, slot := range e.slots {
		state = append(state, slot.flat()...)
	}
	if e.config.Optimizer.Kind == Adam {
		state = append(state, []float32{float32(e.steps)})
	}
	return state, nil
}

func (e *host) close() {}
