package encode

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ofalat/ofalat/latpred/space"
)

// Of is the encoding for the networks of a space: HELP145 or Proxyless151 if one covers
// the space's Resolutions. Else it has the one-hots of the family's factors and, if the
// space allows several resolutions, a bin for each. Its name is the family and the
// width, "nasbench201-30", followed by the allowed resolutions if they are not those of
// the family's Reference: "fbnet-198-r32". The family must have a registered space.
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

// derived holds the encoders that Of has made, by name, so that calls for one space give
// the same encoder.
var derived sync.Map

// covers reports whether all resolutions have bins.
func (o *oneHot) covers(resolutions []int) bool {
	return !slices.ContainsFunc(resolutions, func(r int) bool {
		_, err := o.bins.find(o.name, r)
		return err != nil
	})
}

// ByName finds an encoder by its Name: OFA128, HELP145, Proxyless151, or that of a
// registered space. Encoders with hardware inputs have to be made with Hardware. The
// error lists the known names.
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
