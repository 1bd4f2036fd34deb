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

// SourceOf makes a source, called name, of a predictor of any kind. The source takes the
// time of a pass from the predictor (the true pass, see latpred.PassMs), and divides it
// among segments by a table: the predictor's own if it is an additive.Table, else a
// surrogate, a table fitted to the predictor's answers for 4,000 random networks. It errs
// if the predictor answers for no network of any registered space, or with a latency that
// is not finite and above 0.
func SourceOf(ctx context.Context, name string, p latpred.Predictor) (fewshot.Source, error) {
	s := fewshot.Source{Name: name, Seen: latpred.SourcesOf(p)}
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

// surrogateRows is the number of random networks to which a surrogate is fitted.
const surrogateRows = 4000

// surrogate fits a table to the predictions of random networks, at all resolutions that p
// answers for. The networks are of the first space that p knows, and the same each time.
func surrogate(ctx context.Context, p latpred.Predictor) (*pass.Model, error) {
	var last error
	type kind struct { // spaces that differ only in width are tried once
		family  *space.Family
		allowed space.Range
	}
	tried := map[kind]bool{}
	for _, s := range space.All() {
		k := kind{s.Family, s.Allowed}
		if tried[k] {
			continue
		}
		tried[k] = true
		rng := random.Stream(1, "account of a source") // the name that it always had
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
	return nil, fmt.Errorf("it answers for no network of any space: %w", last)
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
