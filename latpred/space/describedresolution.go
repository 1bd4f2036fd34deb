package space

import (
	"slices"

	"github.com/ofalat/ofalat/latpred/literal"
)

// resolutionKeys are the keys of a resolution in pixels.
var resolutionKeys = []string{"r", "image_size", "img_size", "resolution", "input_size", "input_resolution"}

// ResolutionOf is the resolution, in pixels, under any of its keys; 0: none is there.
func ResolutionOf(v literal.Value) (pixels int, key string, err error) {
	for _, e := range v.Entries {
		if !slices.Contains(resolutionKeys, e.Key) || e.Value.Kind == literal.Null {
			continue
		}
		n := e.Value
		for n.Kind == literal.List {
			if len(n.List) == 0 || slices.ContainsFunc(n.List, func(x literal.Value) bool { return x.Kind != literal.Number || x.Number != n.List[0].Number }) && len(n.List[0].List) == 0 {
				return 0, "", n.Errorf("%s has %d elements, want one", e.Key, len(n.List))
			}
			n = n.List[0] // [224], and [224, 224] for height and width
		}
		r, err := n.Int()
		if err == nil && r <= 0 {
			err = n.Errorf("%s is %d, want a number of pixels", e.Key, r)
		}
		if err != nil {
			return 0, "", err
		}
		if pixels != 0 && r != pixels {
			return 0, "", n.Errorf("%s is %d and %s is %d", key, pixels, e.Key, r)
		}
		pixels, key = r, e.Key
	}
	return pixels, key, nil
}
