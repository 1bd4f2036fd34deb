package nas_test

import (
	"errors"
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/space"
)

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
	asked := 0
	counted := func(dst []float64, archs []space.Arch) error {
		asked += len(archs)
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
		asked = 0
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
		if stats.Hits != c.hits || stats.Misses != c.asks || asked != c.asks {
			t.Errorf("%+v, %d asked; want %d hits, %d asked", stats, asked, c.hits, c.asks)
		}
	}
	broken, _ := nas.Cached(func([]float64, []space.Arch) error { return errors.New("no") }, nas.ByArch)
	for range 2 { // an error is not remembered as an answer
		if err := broken(make([]float64, 1), []space.Arch{at(160)}); err == nil {
			t.Error("an error was lost")
		}
	}
}
