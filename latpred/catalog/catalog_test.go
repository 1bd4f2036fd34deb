package catalog_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ofalat/ofalat/latpred/catalog"
)

// A set of few rows at each of 25 resolutions gets times a pixel, one whose labels show
// a launch queue a queue.
func TestTrainShipped(t *testing.T) {
	for name, want := range map[string]struct {
		basis string
		queue bool
	}{"help-titanrtx-b64": {"shape", false}, "p40-b64": {"tied", true}} {
		p, err := catalog.Table(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if m := p.Model(); m.Basis.Name() != want.basis || m.Queue.None() == want.queue || p.Provenance().Data != name {
			t.Errorf("%s: basis %s, queue %+v, %+v", name, m.Basis.Name(), m.Queue, p.Provenance())
		}
	}
	if _, err := catalog.Table(t.Context(), "no-such-set"); err == nil {
		t.Error("a set that does not ship")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := catalog.Table(ended, "p40-b64"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was cancelled", err)
	}
}
