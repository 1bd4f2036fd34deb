package space

import (
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/literal"
)

// others are spaces that there are not, by keys of the dictionaries of their networks.
var others = []struct {
	name string
	keys []string
}{
	{"AttentiveNAS, AlphaNet or BigNAS", []string{"depth", "expand_ratio", "kernel_size"}},
	{"OFA-ResNet50", []string{"d", "e", "w"}},
	{"NAS-Bench-101", []string{"matrix", "ops"}},
	{"NAS-Bench-101", []string{"module_adjacency", "module_operations"}},
	{"DARTS", []string{"normal", "reduce"}},
	{"HAT", []string{"encoder", "decoder"}},
	{"AutoFormer", []string{"mlp_ratio", "num_heads"}},
	{"AutoFormer", []string{"mlp_ratio", "embed_dim"}},
}

// foreign errs for dictionaries of networks of spaces that there are not.
func foreign(v literal.Value) error {
	for _, o := range others {
		if !slices.ContainsFunc(o.keys, func(key string) bool { x, ok := v.Get(key); return !ok || x.Kind == literal.Null }) {
			return foreignError(v, o.name, "keys "+strings.Join(o.keys, ", "))
		}
	}
	fraction := func(x literal.Value) bool { return x.Kind == literal.Number && x.Number > 0 && x.Number < 1 }
	if e, _ := v.Get("e"); fraction(e) || slices.ContainsFunc(flat(e).List, fraction) {
		return foreignError(v, "OFA-ResNet50", "expansions below 1")
	}
	return nil
}

func foreignError(v literal.Value, name, because string) error {
	return v.Errorf("a network of %s (%s): that space is not among those there are: %s", name, because, spaceIDs())
}
