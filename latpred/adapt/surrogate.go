package adapt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// SourceOf makes a source, called name, of a predictor of any kind. What counts of it
// is how long a pass takes: the true one where it tells that from a label. A table is
// its own account of what the time is due to; of others it is a table fitted to what
// they say of random networks.
func SourceOf(ctx context.Context, name string, p latpred.Predictor) (fewshot.Source, error) {
	s := fewshot.Source{Name: name}
	if t, ok := p.(*additive.Table); ok {
		if s.Model = t.Model(); t.Kind() == latpred.KindHybrid {
			s.Total = p
		}
		return s, nil
	}
	s.Total = p
	var err error
	if s.Model, err = surrogate(ctx, p); err != nil {
		return s, fmt.Errorf("source %s: %w", name, err)
	}
	return s, nil
}

// surrogateRows is how many random networks a table is fitted to.
const surrogateRows = 4000

// surrogate fits a table to what a predictor says of random networks, at all
// resolutions that it knows. They are the same each time.
func surrogate(ctx context.Context, p latpred.Predictor) (*pass.Model, error) {
	var last error
	for _, s := range []*space.Space{space.OFA5.Reference(), space.OFA6.Reference()} { // widths don't matter
		rng := random.Stream(1, "account of a source")
		resolutions, err := resolutionsOf(p, s, s.Sample(rng))
		if err != nil {
			last = err
			continue
		}
		archs, ms := make([]space.Arch, surrogateRows), make([]float64, surrogateRows)
		for i := range archs {
			archs[i] = s.Sample(rng)
			archs[i].Resolution = resolutions[rng.IntN(len(resolutions))]
		}
		if err := errors.Join(ctx.Err(), latpred.PassMs(p, ms, archs)); err != nil {
			return nil, err
		}
		for i, v := range ms {
			if !(v > 0) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("it gives %v ms for %s", v, archs[i])
			}
		}
		m, _, err := pass.Fit(archs, ms, additive.SourceConfig(resolutions))
		return m, err
	}
	return nil, fmt.Errorf("it answers for no network of OFA's spaces: %w", last)
}

// resolutionsOf lists the resolutions at which a predictor answers for a, from those of
// all sets; of a network that knows only a space's own in truth, these.
func resolutionsOf(p latpred.Predictor, s *space.Space, a space.Arch) (resolutions []int, err error) {
	if m, ok := p.(interface{ Encoder() encode.Encoder }); ok && strings.HasPrefix(m.Encoder().Name(), encode.OFA128.Name()) {
		resolutions = s.Resolutions // its bins hold several resolutions each
	} else {
		for r := space.MinResolution; r <= s.Resolutions[len(s.Resolutions)-1]; r += space.ResolutionStep {
			resolutions = append(resolutions, r)
		}
	}
	var one [1]float64
	resolutions = slices.DeleteFunc(slices.Clone(resolutions), func(r int) bool {
		a.Resolution = r
		failed := latpred.PassMs(p, one[:], []space.Arch{a})
		err = cmp.Or(err, failed)
		return failed != nil
	})
	if len(resolutions) > 0 {
		err = nil
	}
	return resolutions, err
}
