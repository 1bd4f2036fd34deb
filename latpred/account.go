package latpred

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// asked is a predictor as a source.
type asked struct{ Predictor }

// PassMs see fewshot.PassTimer.
func (p asked) PassMs(a space.Arch) (float64, error) {
	var ms [1]float64
	err := p.passesMs(ms[:], []space.Arch{a})
	return ms[0], err
}

func (p asked) passesMs(dst []float64, archs []space.Arch) error {
	if q, ok := p.Predictor.(Passer); ok {
		return q.PassMs(dst, archs)
	}
	return p.PredictMs(dst, archs)
}

// accountRows is how many random networks a table is fitted to.
const accountRows = 4000

// account fits a table to what a predictor says of random networks, at all
// resolutions that it knows. They are the same each time.
func account(ctx context.Context, p Predictor) (*pass.Model, error) {
	var last error
	for _, id := range []string{"mbv3-w1.0", "proxyless-w1.3"} { // widths don't matter
		s, err := space.ByID(id)
		if err != nil {
			return nil, err
		}
		rng := random.Stream(1, "account of a source")
		resolutions, err := resolutionsOf(p, s, s.Sample(rng))
		if err != nil {
			last = err
			continue
		}
		archs, ms := make([]space.Arch, accountRows), make([]float64, accountRows)
		for i := range archs {
			archs[i] = s.Sample(rng)
			archs[i].Resolution = resolutions[rng.IntN(len(resolutions))]
		}
		if err := errors.Join(ctx.Err(), asked{p}.passesMs(ms, archs)); err != nil {
			return nil, err
		}
		for i, v := range ms {
			if !(v > 0) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("it gives %v ms for %s", v, archs[i])
			}
		}
		m, _, err := pass.Fit(archs, ms, sourceConfig(resolutions))
		return m, err
	}
	return nil, fmt.Errorf("it answers for no network of OFA's spaces: %w", last)
}

// resolutionsOf lists the resolutions at which a predictor answers for a, from those of
// all sets; of a network that knows only a space's own in truth, these.
func resolutionsOf(p Predictor, s *space.Space, a space.Arch) (resolutions []int, err error) {
	if m, ok := p.(interface{ Encoder() encode.Encoder }); ok && strings.HasPrefix(m.Encoder().Name(), encode.OFA128.Name()) {
		resolutions = s.Resolutions // its bins hold several resolutions each
	} else {
		for r := space.MinResolution; r <= s.Resolutions[len(s.Resolutions)-1]; r += space.ResolutionStep {
			resolutions = append(resolutions, r)
		}
	}
	resolutions = slices.DeleteFunc(slices.Clone(resolutions), func(r int) bool {
		a.Resolution = r
		_, failed := asked{p}.PassMs(a)
		err = cmp.Or(err, failed)
		return failed != nil
	})
	if len(resolutions) > 0 {
		err = nil
	}
	return resolutions, err
}

// askedFile is what a file says of a predictor that is a source.
type askedFile struct {
	Kind       string          `json:"kind"`
	Model      json.RawMessage `json:"model"`
	Provenance Provenance      `json:"provenance"`
}

func (p asked) store(b *bundle, prefix string) (*askedFile, error) {
	s, ok := p.Predictor.(stored)
	if !ok {
		return nil, fmt.Errorf("%T can't be saved", p.Predictor)
	}
	model, err := s.store(b, prefix)
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(model)
	return &askedFile{p.Kind(), content, p.Provenance()}, err
}

func (f *askedFile) load(b *bundle, prefix string) (asked, error) {
	load := loader(f.Kind)
	if load == nil {
		return asked{}, fmt.Errorf("model: a source of kind %q", f.Kind)
	}
	p, err := load(b, prefix, f.Model, f.Provenance)
	return asked{p}, err
}
