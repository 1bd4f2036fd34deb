package transfer

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// timesHeader is the JSON part of stored times. Tensors have means and spreads of the tables,
// the tables' coefficients, and centres and prior standard deviations of the groups.
type timesHeader struct {
	Tables []pass.Header `json:"tables"`
	Sizes  []int         `json:"sizes"`
	Unit   float64       `json:"unit"`
}

func (t *times) store(b *tensor.Bundle, prefix string) *timesHeader {
	h := &timesHeader{Sizes: t.groups.sizes, Unit: t.unit}
	for k, m := range t.tables {
		h.Tables = append(h.Tables, m.Store(b, fmt.Sprintf("%stable%d.", prefix, k)))
	}
	b.PutFloat64(prefix+"times.mean", t.mean)
	b.PutFloat64(prefix+"times.spread", t.spread)
	b.PutFloat64(prefix+"times.centre", t.centre)
	b.PutFloat64(prefix+"times.prior", t.groups.prior)
	return h
}

func (h *timesHeader) load(b *tensor.Bundle, prefix string, s *space.Space) (t *times, err error) {
	if len(h.Tables) == 0 || len(h.Tables) > 1<<12 || len(h.Sizes) > 1<<10 || !slices.IsSorted(h.Sizes) || !(h.Unit > 0) {
		return nil, errors.New("times of other devices are not of a model")
	}
	t = &times{unit: h.Unit, groups: newGroups(s.Family, h.Sizes)}
	for k, one := range h.Tables {
		m, err := one.Load(b, fmt.Sprintf("%stable%d.", prefix, k))
		if err != nil {
			return nil, err
		}
		if m.Family != s.Family {
			return nil, fmt.Errorf("table %d is of family %s, want %s", k, m.Family.ID, s.Family.ID)
		}
		t.tables = append(t.tables, m)
	}
	for _, v := range []struct {
		name string
		to   *[]float64
		n    int
	}{{"mean", &t.mean, len(t.tables)}, {"spread", &t.spread, len(t.tables)}, {"centre", &t.centre, len(t.groups.prior)}, {"prior", &t.groups.prior, len(t.groups.prior)}} {
		if *v.to, err = b.Float64(prefix+"times."+v.name, v.n); err != nil {
			return nil, err
		}
	}
	return t, nil
}
