package mlp

import (
	"math"
	"slices"
	"time"

	"github.com/ofalat/ofalat/latpred/loops"
)

// host trains on the processor with package loops. Steps, and the
// order in which sums are taken, are the same for any number of threads.
//
// A step has a phase for each layer, after which the threads meet. On the way
// forward a thread has some of the batch's rows; on the way back it has some of a
// layer's inputs, for which it computes the gradient with respect to them, and
// steps on their weights at once.
type host struct {
	config            Config
	train, validation Data
	pace              pace
	team              team
	taken             int // steps

	net   net
	slots []net // of the optimizer

	ones    loops.Matrix   // a column of 1, the biases' input
	h, d    []loops.Matrix // what each layer gives, and the gradient with respect to it, of a batch
	members []*member      // working memory of each thread
}

type member struct {
	steps int // taken, all told; for Adam
	lists loops.Sparse
	top   loops.Matrix // gradient with respect to the net's output
	g     loops.Matrix // gradient of some weights, for Adam
}

// chunkRows is for how many inputs of a layer a thread goes back and steps
// together: what they have in weights and optimizer stays in its second cache.
const chunkRows = 256

// worthMeeting is from how many products a step is on that several threads take it
// faster than one.
const worthMeeting = 1 << 19

// newHost starts from values in the order of a checkpoint: weights and biases, the
// optimizer's slots, for Adam the number of steps; slots that are missing are 0.
func newHost(threads int, state [][]float32, train, validation Data, config Config) *host {
	n, weights := 2*(len(config.Layers)-1), 0
	for _, values := range state[:n] {
		weights += len(values)
	}
	if weights*config.BatchSize < worthMeeting {
		threads = 1
	}
	e := &host{config: config, train: train, validation: validation, pace: pace{threads: max(1, threads)}}
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
		e.taken = int(state[at][0])
	}
	rows := min(config.BatchSize, train.Rows())
	e.h, e.d = e.net.layersOf(rows), e.net.layersOf(rows)
	top := e.d[len(e.d)-1]
	e.ones = loops.NewMatrix(rows, 1, top.Stride)
	for i := range rows {
		e.ones.Row(i)[0] = 1
	}
	for range e.pace.threads {
		e.members = append(e.members, &member{top: loops.NewMatrix(rows, top.Cols, top.Stride)})
	}
	return e
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
	for run := range slices.Chunk(order, runSteps*e.config.BatchSize) {
		e.team.size = int32(e.pace.next())
		start, steps := time.Now(), (len(run)+e.config.BatchSize-1)/e.config.BatchSize
		e.team.run(func(number int) {
			e.members[number].steps = e.taken
			for batch := range slices.Chunk(run, e.config.BatchSize) {
				if loss := e.step(number, batch); number == 0 {
					sum, last = sum+loss, loss
				}
			}
		})
		e.taken += steps
		e.pace.took(time.Since(start).Seconds() / float64(steps))
	}
	return sum, last, nil
}

// step is a member's part of a step on some rows; it gives the loss before it.
func (e *host) step(number int, rows []int) (loss float64) {
	m, n, width := e.members[number], len(rows), e.config.Layers[0]
	from, to := e.team.share(number, n, 1)
	for i := from; i < to; i++ {
		copy(e.h[0].Row(i), e.train.X[rows[i]*width:(rows[i]+1)*width])
	}
	e.net.forward(e.h, from, to, &m.lists)
	e.team.meet()
	loss = e.lossOf(m, rows)
	m.steps++
	for l := len(e.net) - 1; l >= 0; l-- {
		e.back(number, l, n)
		e.team.meet()
	}
	return loss
}

// lossOf gives √(MSE + ε), and in m.top its gradient with respect to the outputs.
// All members compute it, which is faster than to meet.
func (e *host) lossOf(m *member, rows []int) float64 {
	out := e.h[len(e.h)-1]
	var sum float64
	for i, r := range rows {
		d := out.Row(i)[0] - e.train.Y[r]
		m.top.Row(i)[0] = d
		sum += float64(d) * float64(d)
	}
	n := float64(len(rows))
	loss := math.Sqrt(sum/n + lossEpsilon)
	for i := range rows {
		m.top.Row(i)[0] = float32(float64(m.top.Row(i)[0]) / (loss * n))
	}
	return loss
}

// back is a member's part of layer l on the way back, for a batch of n rows.
func (e *host) back(number, l, n int) {
	m, w := e.members[number], e.net[l]
	d := m.top
	if l+1 < len(e.net) {
		d = e.d[l+1]
	}
	inputs := w.Rows - 1
	from, to := e.team.share(number, inputs, loops.Lanes)
	for first := from; first < to; first += chunkRows {
		end := min(first+chunkRows, to)
		m.lists.CompressColumns(e.h[l], n, first, end, d)
		if l > 0 {
			for i := range n {
				clear(e.d[l].Row(i)[first:end])
			}
			loops.MultiplySampled(e.d[l], first, &m.lists, w, d)
		}
		e.descend(m, l, first, d)
	}
	if number == int(e.team.size)-1 {
		m.lists.CompressColumns(e.ones, n, 0, 1, d)
		e.descend(m, l, inputs, d)
	}
}

// descend steps on the weights of layer l from row first on, those that m.lists,
// is about.
func (e *host) descend(m *member, l, first int, d loops.Matrix) {
	o := e.config.Optimizer
	rate, decay := float32(o.LearningRate), float32(o.WeightDecay)
	if o.Kind == SGD {
		loops.GradientStep(e.net[l], e.slots[0][l], first, &m.lists, d, loops.SGD{Rate: rate, Momentum: float32(o.Momentum), Decay: decay})
		return
	}
	rows := m.lists.Len()
	if m.g.Rows < rows || m.g.Cols != d.Cols {
		m.g = loops.NewMatrix(max(rows, chunkRows), d.Cols, 0)
	}
	clear(m.g.Data)
	m.lists.GatherValues()
	loops.MultiplyAdd(m.g, 0, &m.lists, d)
	t := float64(m.steps)
	mScale, vScale := float32(1/(1-math.Pow(adamBeta1, t))), float32(1/(1-math.Pow(adamBeta2, t)))
	for i := range rows {
		w, mean, square := e.net[l].Row(first+i), e.slots[0][l].Row(first+i), e.slots[1][l].Row(first+i)
		for c, g := range m.g.Row(i) {
			g += decay * w[c]
			mean[c] = adamBeta1*mean[c] + (1-adamBeta1)*g
			square[c] = adamBeta2*square[c] + (1-adamBeta2)*g*g
			w[c] -= rate * (mean[c] * mScale) / (float32(math.Sqrt(float64(square[c]*vScale))) + adamEpsilon)
		}
	}
}

func (e *host) errors() (rmse, mae, last float64, err error) {
	n := e.validation.Rows()
	errs := make([]float64, n)
	e.net.applyTo(e.validation.X, len(e.net), e.pace.threads, func(from int, m loops.Matrix) {
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
		state = append(state, []float32{float32(e.taken)})
	}
	return state, nil
}

func (e *host) close() {}
