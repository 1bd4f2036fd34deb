package space

import "reflect"

// SameNetworks reports whether an architecture is the same network in both spaces: they are
// of one family and have one macro-architecture, and so the same widths. Resolutions and
// choices that they allow may differ.
func (s *Space) SameNetworks(o *Space) bool {
	return s.Family == o.Family && reflect.DeepEqual(s.Macro, o.Macro)
}
