package encode

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ofalat/ofalat/latpred/space"
)

// Of is the code for the networks of a space: HELP145 or Proxyless151 where they have
// its resolutions. Others are one-hots of the family's factors, with a bin for each
// resolution that the space allows, and are named by family and width:
// "nasbench201-30", "fbnet-198". Where a space has but one resolution there are no
// bins, and it is part of the code: another than that of the family's reference is
// named, as in "fbnet-198-r32", and so are other ranges.
func Of(s *space.Space) Encoder {
	for _, e := range []Encoder{HELP145, Proxyless151} {
		if o := e.(*oneHot); o.family == s.Family && o.covers(s.Resolutions) {
			return e
		}
	}
	b := bins{first: s.Allowed.Min}
	if r := s.Allowed; r.Min < r.Max {
		b.step, b.exact = max(1, r.Step), true
		b.n = (r.Max-r.Min)/b.step + 1
	}
	o := newOneHot("", s.Family, b)
	o.name = fmt.Sprintf("%s-%d", s.Family.ID, o.width)
	switch {
	case s.Allowed == s.Family.Reference().Allowed:
	case b.n == 0:
		o.name = fmt.Sprintf("%s-r%d", o.name, b.first)
	default:
		o.name = fmt.Sprintf("%s-r%d-%d", o.name, b.first, s.Allowed.Max)
	}
	e, _ := derived.LoadOrStore(o.name, o)
	return e.(Encoder)
}

// derived are the codes that Of has made, by their names, so that one space has one.
var derived sync.Map

// covers reports whether there are bins for all resolutions.
func (o *oneHot) covers(resolutions []int) bool {
	return !slices.ContainsFunc(resolutions, func(r int) bool {
		_, err := o.bins.find(o.name, r)
		return err != nil
	})
}

// ByName finds an encoder without hardware inputs, the code of any space among them;
// the error lists those there are.
func ByName(name string) (Encoder, error) {
	all := []Encoder{OFA128, HELP145, Proxyless151}
	for _, s := range space.All() {
		if e := Of(s); !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	var names []string
	for _, e := range all {
		if e.Name() == name {
			return e, nil
		}
		names = append(names, e.Name())
	}
	return nil, fmt.Errorf("no encoding %q: there are %s", name, strings.Join(names, ", "))
}
