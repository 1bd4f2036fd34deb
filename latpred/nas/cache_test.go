package nas_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/space"
)

// MACs and Params count what the space counts, and name the first network of another one.
func TestCounts(t *testing.T) {
	s := open(t, "mbv3-w1.2")
	archs := []space.Arch{s.Smallest(), s.Largest()}
	for name, c := range map[string]struct {
		estimate nas.Estimate
		count    func(space.Arch) int64
	}{"MACs": {nas.MACs(s), s.MACs}, "Params": {nas.Params(s), s.Params}} {
		got := make([]float64, 2)
		if err := c.estimate(got, archs); err != nil || got[0] != float64(c.count(archs[0])) || got[1] != float64(c.count(archs[1])) || got[0] >= got[1] {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if err := c.estimate(got, []space.Arch{archs[0], open(t, "proxyless-w1.3").Smallest()}); err == nil || !strings.HasPrefix(err.Error(), "architecture 1: ") {
			t.Errorf("%s of another space's network: %v", name, err)
		}
	}
}

// The published cache forgets the resolution. Origin of the latencies: the sum of
// the table at each resolution, and the search result that the authors report as
// 18.69 ms.
func TestCacheKeys(t *testing.T) {
	s := open(t, "compofa-fixed-w1.2")
	at := func(r int) space.Arch {
		a := space.MustParse("r160 d23343 k33-555-333-3333-555 e33-444-444-6666-444")
		a.Resolution = r
		return a
	}
	asked, calls := 0, 0
	counted := func(dst []float64, archs []space.Arch) error {
		asked, calls = asked+len(archs), calls+1
		return note10(t, s)(dst, archs)
	}
	for _, c := range []struct {
		key        nas.Key
		want       []float64
		hits, asks int
	}{
		{nas.ByArch, []float64{19.073, 34.616, 19.073, 34.616}, 2, 2},
		{nas.WithoutResolution, []float64{19.073, 19.073, 19.073, 19.073}, 3, 1},
	} {
		asked, calls = 0, 0
		cached, stats := nas.Cached(counted, c.key)
		got := make([]float64, 4)
		if err := errors.Join(cached(got[:2], []space.Arch{at(160), at(224)}), cached(got[2:], []space.Arch{at(160), at(224)})); err != nil {
			t.Fatal(err)
		}
		for i, want := range c.want {
			if !(math.Abs(got[i]-want) <= 5e-4) {
				t.Errorf("latencies %v, want %v", got, c.want)
				break
			}
		}
		if stats.Hits != c.hits || stats.Misses != c.asks || asked != c.asks || calls != 1 {
			t.Errorf("%+v, %d asked in %d calls; want %d hits, %d asked in one", stats, asked, calls, c.hits, c.asks)
		}
	}
	broken, _ := nas.Cached(func([]float64, []space.Arch) error { return errors.New("no") }, nas.ByArch)
	for range 2 { // an error is not remembered as an answer
		if err := broken(make([]float64, 1), []space.Arch{at(160)}); err == nil {
			t.Error("an error was lost")
		}
	}
}
