package neural

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/space"
)

// Network is an encoder and a multilayer perceptron with one output. It is safe for
// concurrent use.
type Network struct {
	encoder encode.Encoder
	params  *mlp.Params
	model   *mlp.Model
	idle    chan *mlp.Model // clones of model; each goroutine borrows one
}

// NewNetwork joins an encoder and weights. It keeps p, which must not be changed
// afterwards. It errs if p is invalid, its input is not as wide as the encoding, or it
// does not have one output.
func NewNetwork(e encode.Encoder, p *mlp.Params) (*Network, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if n := len(p.Layers); p.Layers[0] != e.Width() || p.Layers[n-1] != 1 {
		return nil, fmt.Errorf("layers %v don't fit the encoding %s, whose width is %d, and one output", p.Layers, e.Name(), e.Width())
	}
	return &Network{e, p, mlp.NewModel(p), make(chan *mlp.Model, 8)}, nil
}

// Encoder returns the encoder.
func (n *Network) Encoder() encode.Encoder { return n.encoder }

// Params returns the weights, which must not be changed.
func (n *Network) Params() *mlp.Params { return n.params }

func (n *Network) borrow() *mlp.Model {
	select {
	case model := <-n.idle:
		return model
	default:
		return n.model.Clone()
	}
}

func (n *Network) giveBack(model *mlp.Model) {
	select {
	case n.idle <- model:
	default:
	}
}

// rowsPerWorker is the smallest number of rows for which another goroutine pays off.
const rowsPerWorker = 16

// Evaluate writes the network's output for each architecture to dst, which must be as
// long as archs, or it panics. It runs on the processor, for many architectures on all
// cores. The output for an architecture does not depend on the others. A call with one
// architecture does not allocate. It errs on an architecture that the encoder rejects.
func (n *Network) Evaluate(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	workers := min(runtime.GOMAXPROCS(0), len(archs)/rowsPerWorker)
	if workers < 2 {
		return n.evaluate(dst, archs, 0)
	}
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		from, to := w*len(archs)/workers, (w+1)*len(archs)/workers
		if w == workers-1 {
			errs[w] = n.evaluate(dst[from:], archs[from:], from)
			break
		}
		group.Go(func() { errs[w] = n.evaluate(dst[from:to], archs[from:to], from) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// evaluate evaluates some of the architectures; first is the index of the first of them,
// for errors.
func (n *Network) evaluate(dst []float64, archs []space.Arch, first int) error {
	model := n.borrow()
	defer n.giveBack(model)
	for len(dst) > 0 {
		rows := min(mlp.BlockRows, len(dst))
		x := model.Input()
		for i, a := range archs[:rows] {
			if err := encode.AppendSparse(x, n.encoder, a); err != nil {
				return fmt.Errorf("architecture %d: %w", first+i, err)
			}
		}
		model.Predict(dst[:rows], *x)
		dst, archs, first = dst[rows:], archs[rows:], first+rows
	}
	return nil
}
