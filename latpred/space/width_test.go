package space_test

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

// Widths tell networks apart, and so do families; ties don't.
func TestSameNetworks(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"mbv3-w1.0", "mbv3-w1.0", true}, {"mbv3-w1.0", "compofa-fixed-w1.0", true}, {"compofa-elastic-w1.2", "mbv3-w1.2", true},
		{"mbv3-w1.0", "mbv3-w1.2", false}, {"compofa-fixed-w1.0", "compofa-fixed-w1.2", false}, {"mbv3-w1.2", "proxyless-w1.3", false}, {"nasbench201", "mbv3-w1.0", false},
	} {
		a, err := space.ByID(c.a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := space.ByID(c.b)
		if err != nil {
			t.Fatal(err)
		}
		if a.SameNetworks(b) != c.same || b.SameNetworks(a) != c.same {
			t.Errorf("%s and %s: %v, want %v", c.a, c.b, !c.same, c.same)
		}
	}
}
