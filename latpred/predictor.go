package latpred

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/space"
)

// Provenance is what has to be known of a predictor to make it again.
type Provenance struct {
	Device   string            `json:"device,omitempty"`    // what it predicts for
	Data     string            `json:"data,omitempty"`      // set it was trained on
	DataHash string            `json:"data_hash,omitempty"` // SHA-256 of its rows in our format
	Rows     int               `json:"rows,omitempty"`      // trained on
	Seed     uint64            `json:"seed"`
	Backend  string            `json:"backend,omitempty"`
	Recipe   map[string]string `json:"recipe,omitempty"`
	Versions map[string]string `json:"versions,omitempty"` // of the modules that matter
	Note     string            `json:"note,omitempty"`
}

// MLP is the paper's predictor: an encoding and a multilayer perceptron.
type MLP struct {
	encoder    encode.Encoder
	params     *mlp.Params
	provenance Provenance
	model      *mlp.Model
	idle       chan *mlp.Model // clones of it; each goroutine borrows one
}

// NewMLP joins an encoder and weights; it errs where they don't fit.
func NewMLP(e encode.Encoder, p *mlp.Params, from Provenance) (*MLP, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if n := len(p.Layers); p.Layers[0] != e.Width() || p.Layers[n-1] != 1 {
		return nil, fmt.Errorf("layers %v don't fit the encoding %s, whose width is %d, and one output", p.Layers, e.Name(), e.Width())
	}
	return &MLP{e, p, from, mlp.NewModel(p), make(chan *mlp.Model, 8)}, nil
}

// Kind is "paper".
func (m *MLP) Kind() string { return "paper" }

// Provenance says where the weights come from.
func (m *MLP) Provenance() Provenance { return m.provenance }

// Encoder gives the encoding.
func (m *MLP) Encoder() encode.Encoder { return m.encoder }

// Params gives the weights, which must not be changed.
func (m *MLP) Params() *mlp.Params { return m.params }

func (m *MLP) borrow() *mlp.Model {
	select {
	case model := <-m.idle:
		return model
	default:
		return m.model.Clone()
	}
}

func (m *MLP) giveBack(model *mlp.Model) {
	select {
	case m.idle <- model:
	default:
	}
}

// rowsPerWorker is from how many rows on another goroutine pays.
const rowsPerWorker = 16

// PredictMs predicts on the processor, on all cores where there are many; what an
// architecture gets does not depend on its company. One architecture is predicted
// without allocating.
func (m *MLP) PredictMs(dst []float64, archs []space.Arch) error {
	mustMatch(dst, archs)
	workers := min(runtime.GOMAXPROCS(0), len(archs)/rowsPerWorker)
	if workers < 2 {
		return m.predict(dst, archs, 0)
	}
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		from, to := w*len(archs)/workers, (w+1)*len(archs)/workers
		if w == workers-1 {
			errs[w] = m.predict(dst[from:], archs[from:], from)
			break
		}
		group.Go(func() { errs[w] = m.predict(dst[from:to], archs[from:to], from) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// predict does some of the architectures, the first of which has the number first.
func (m *MLP) predict(dst []float64, archs []space.Arch, first int) error {
	model := m.borrow()
	defer m.giveBack(model)
	for len(dst) > 0 {
		n := min(mlp.BlockRows, len(dst))
		x := model.Input()
		for i, a := range archs[:n] {
			if err := encode.AppendSparse(x, m.encoder, a); err != nil {
				return fmt.Errorf("architecture %d: %w", first+i, err)
			}
		}
		model.Predict(dst[:n], *x)
		dst, archs, first = dst[n:], archs[n:], first+n
	}
	return nil
}

// OnBackend gives the same predictor with its weights on a backend, which is for
// GPUs: on the processor PredictMs is faster. The results agree to float32
// rounding. The function returned second frees the weights.
func (m *MLP) OnBackend(_ context.Context, be *backend.Backend) (Predictor, func(), error) {
	batch, err := mlp.NewBatch(be, m.params)
	if err != nil {
		return nil, nil, err
	}
	return &onBackend{MLP: m, batch: batch}, batch.Close, nil
}

type onBackend struct {
	*MLP
	batch *mlp.Batch
}

func (m *onBackend) PredictMs(dst []float64, archs []space.Arch) error {
	mustMatch(dst, archs)
	rows, err := encode.Sparse(m.encoder, archs)
	if err != nil {
		return err
	}
	return m.batch.Predict(dst, rows)
}

func mustMatch(dst []float64, archs []space.Arch) {
	if len(dst) != len(archs) {
		panic(fmt.Sprintf("latpred: room for %d latencies of %d architectures", len(dst), len(archs)))
	}
}
