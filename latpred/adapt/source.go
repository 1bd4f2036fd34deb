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
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// sourceRows is the number of random networks by whose predictions a predictor becomes a source:
// a table of times has more coefficients than a function of features.
const (
	sourceRows    = 1500
	surrogateRows = 4000
)

// SourceOf makes a source for networks of s, called name, of a predictor of any kind. In a space
// of several resolutions it is a table of times: the predictor's own if it is an
// additive.Table, else one that is fitted to the predictor's answers for random networks; in
// others a function of features, fitted likewise. Times are those of passes, see
// latpred.PassMs. It errs if the predictor answers for no network of s, or with a latency that
// is not finite and above 0.
func SourceOf(ctx context.Context, name string, p latpred.Predictor, s *space.Space) (source *transfer.Source, err error) {
	t, isTable := p.(*additive.Table)
	switch {
	case len(s.Resolutions) == 1:
		source, err = featuresOf(name, p, s)
	case isTable && t.Kind() != latpred.KindHybrid:
		source = &transfer.Source{Name: name, Times: t.Model()}
	default:
		source = &transfer.Source{Name: name}
		source.Times, err = surrogate(ctx, p, s)
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		return nil, fmt.Errorf("source %s: %w", name, err)
	}
	source.Seen = latpred.SourcesOf(p)
	return source, nil
}

// featuresOf makes a source of a predictor's answers for random networks.
func featuresOf(name string, p latpred.Predictor, s *space.Space) (*transfer.Source, error) {
	rng, archs := random.Stream(1, "networks of a source"), make([]space.Arch, sourceRows)
	for i := range archs {
		archs[i] = s.Sample(rng)
	}
	ms := make([]float64, len(archs))
	if err := latpred.PassMs(p, ms, archs); err != nil {
		return nil, err
	}
	return FitSource(name, s, archs, ms)
}

// FitSource makes a source for networks of s of measurements, milliseconds, of at least 8
// networks; see transfer.FitSource. In a space of several resolutions it is a table of times.
func FitSource(name string, s *space.Space, archs []space.Arch, ms []float64) (*transfer.Source, error) {
	if len(s.Resolutions) > 1 {
		m, _, err := pass.Fit(archs, ms, additive.SourceConfig(pass.ResolutionsOf(archs)))
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", name, err)
		}
		return &transfer.Source{Name: name, Times: m}, nil
	}
	f := transfer.FeaturesOf(s)
	rows, err := f.Rows(archs)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", name, err)
	}
	return transfer.FitSource(name, f, rows, ms)
}

// surrogate fits a table to the predictions of random networks, at all resolutions that p
// answers for. The networks are of the first space of s's family that p knows, s before all,
// and the same each time.
func surrogate(ctx context.Context, p latpred.Predictor, s *space.Space) (*pass.Model, error) {
	var last error
	for _, s := range append([]*space.Space{s}, s.Family.Spaces()...) {
		rng := random.Stream(1, "account of a source") // the name that it always had
		resolutions, err := resolutionsOf(p, s, s.Sample(rng))
		if err != nil {
			last = cmp.Or(last, err)
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
	return nil, fmt.Errorf("it answers for no network of %s: %w", s.ID, last)
}

// resolutionsOf lists the resolutions at which p predicts a without error, from the
// smallest that s allows to the largest that it samples. For a neural predictor whose
// encoding can't tell all of them apart, only those that s samples are tried. If there is
// none it returns p's first error.
func resolutionsOf(p latpred.Predictor, s *space.Space, a space.Arch) (resolutions []int, err error) {
	if m, ok := p.(interface{ Encoder() encode.Encoder }); ok && strings.HasPrefix(m.Encoder().Name(), encode.OFA128.Name()) {
		resolutions = s.Resolutions // its bins hold several resolutions each
	} else {
		for r := s.Allowed.Min; r <= s.Resolutions[len(s.Resolutions)-1]; r += max(1, s.Allowed.Step) {
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
