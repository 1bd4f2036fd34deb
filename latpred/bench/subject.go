package bench

import (
	"cmp"
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// subject is the data of all jobs: the authors' measurements of the RTX 2080 Ti, split in
// file order, as the peer splits them.
type subject struct {
	options           Options
	be                *backend.Backend
	set               *dataset.Set
	split             dataset.Split
	train, validation mlp.Data
	space             *space.Space
	printed           map[string][]map[string]any // objects that the peer printed, by its arguments, one for each call
	gpu               *gpuPeer                    // the peer on a GPU; nil: there is none
	noGPU             string                      // why
}

// quickEpochs is the number of epochs, ours and the peer's, of networks whose training is
// not timed.
const quickEpochs = 20

func newSubject(ctx context.Context, o Options, be *backend.Backend) (*subject, error) {
	set, err := dataset.Open("rtx2080ti-b64")
	if err != nil {
		return nil, err
	}
	s := &subject{options: o, be: be, set: set, split: set.SplitFileOrder(), printed: map[string][]map[string]any{}}
	if s.space, err = space.ByID("mbv3-w1.2"); err != nil { // that of OFA's tutorial, which the peer draws from
		return nil, err
	}
	if s.train, err = neural.Rows(encode.OFA128, set.Subset(s.split.Train)); err != nil {
		return nil, err
	}
	if s.validation, err = neural.Rows(encode.OFA128, set.Subset(s.split.Validation)); err != nil {
		return nil, err
	}
	if o.Peer != nil && be.Kind == backend.CUDA {
		if s.gpu, err = newGPUPeer(ctx, cmp.Or(o.Peer.Python, "python3"), "cuda", s.train, s.validation); err != nil {
			s.noGPU = err.Error()
		}
	}
	return s, nil
}

func (s *subject) close() {
	if s.gpu != nil {
		s.gpu.close()
	}
}

// graphPeer is the peer's job on a GPU, or the note that says why there is none.
func (s *subject) graphPeer(job string) (peer map[string]func(context.Context) (float64, error), note string) {
	if s.gpu == nil {
		return nil, s.noGPU
	}
	return map[string]func(context.Context) (float64, error){"CUDA graph": s.gpu.seconds(job, s.options.Epochs)}, ""
}

// job is the training of a recipe on all training rows, with validation.
func (s *subject) job(config mlp.Config) mlp.Job {
	return mlp.Job{Seed: s.options.Seed, Train: s.train, Validation: s.validation, Config: config}
}

// firstRows are the first n training rows.
func (s *subject) firstRows(n int) mlp.Data {
	return mlp.Data{X: s.train.X.Slice(0, n), Y: s.train.Y[:n]}
}

func (s *subject) jobs(ctx context.Context, name Job) ([]job, error) {
	switch name {
	case Start:
		return s.startJobs(), nil
	case Train:
		return s.trainJobs(ctx)
	case FineTune:
		return s.fineTuneJobs(ctx)
	case Tune:
		return s.tuneJobs()
	case Predict:
		return s.predictJobs(ctx)
	case Search:
		return s.searchJobs(ctx)
	case Encode:
		return s.encodeJobs()
	}
	return nil, fmt.Errorf("bench: no job %q: there are %v", name, Jobs())
}

// peerSeconds is peerField for the field "seconds".
func (s *subject) peerSeconds(variant string, args ...string) map[string]func(context.Context) (float64, error) {
	return s.peerField("seconds", variant, args...)
}

// peerField measures the peer by a field of the object that it prints, with one thread and
// with two. Rows that need different fields of the same call share it.
func (s *subject) peerField(field, variant string, args ...string) map[string]func(context.Context) (float64, error) {
	if s.options.Peer == nil || s.options.Peer.Script == "" {
		return nil
	}
	sides := map[string]func(context.Context) (float64, error){}
	for _, threads := range []int{1, 2} {
		calls := 0
		sides[fmt.Sprintf("%s, %d threads", variant, threads)] = func(ctx context.Context) (float64, error) {
			key := fmt.Sprint(threads, args)
			if calls == len(s.printed[key]) {
				object, err := s.options.Peer.run(ctx, threads, args...)
				if err != nil {
					return 0, err
				}
				s.printed[key] = append(s.printed[key], object)
			}
			calls++
			return number(s.printed[key][calls-1], field)
		}
	}
	return sides
}

// trained returns a predictor of a set after quickEpochs epochs.
func (s *subject) trained(ctx context.Context, name string) (*neural.Predictor, error) {
	set, err := dataset.Open(name)
	if err != nil {
		return nil, err
	}
	config := mlp.Published()
	config.Epochs = quickEpochs
	p, _, err := neural.Train(ctx, s.be, neural.Job{Set: set, Split: set.SplitFileOrder(), Seed: s.options.Seed, Config: config})
	return p, err
}

// sampled draws architectures.
func (s *subject) sampled(n int) []space.Arch {
	rng, archs := random.Stream(s.options.Seed, "bench archs"), make([]space.Arch, n)
	for i := range archs {
		archs[i] = s.space.Sample(rng)
	}
	return archs
}
