package pass

import (
	"math"
	"sync"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// In every space: segments are in order, each entry of the layout, launches are the
// layers', and what is gathered is all there is.
func TestSegmentsOfEverySpace(t *testing.T) {
	for _, s := range space.All() {
		rng := random.Stream(1, s.ID)
		for range 30 {
			a := s.Sample(rng)
			segs, err := Segments(nil, a)
			if err != nil {
				t.Fatal(err)
			}
			if len(segs) != a.Blocks()+2 || segs[0].Slot != Stem || segs[len(segs)-1].Slot != Head {
				t.Fatalf("%s: %d segments of %d slots", a, len(segs), a.Blocks())
			}
			last, launches := -1, 0
			for i, g := range segs {
				launches += g.Launches
				if i == 0 || i == len(segs)-1 {
					continue
				}
				if g.Slot <= last || g.Entry != s.Family.Layout.Entry(g.Slot, int(a.Choice[g.Slot])-1) || g.In < g.Out || g.Out < 1 {
					t.Fatalf("%s: %+v after slot %d", a, g, last)
				}
				last = g.Slot
			}
			layers, want, macs := s.Layers(a), 0, 0.0
			for _, l := range layers {
				want += l.Launches()
				macs += float64(l.MACs())
			}
			gathered := make([]float64, len(segs))
			Gather(gathered, segs, layers, func(i int) float64 { return float64(layers[i].MACs()) })
			if launches != want || math.Abs(sumOf(gathered)-macs) > .5 {
				t.Fatalf("%s: %d launches, %v operations; the layers have %d and %v", a, launches, sumOf(gathered), want, macs)
			}
		}
	}
}

func sumOf(values []float64) (sum float64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

// The operations of the costs are the layers', squeeze-and-excitation left out, in the
// reference of every family.
func TestCostsOfEveryFamily(t *testing.T) {
	for _, f := range space.Families() {
		s, table := f.Reference(), costs(f)
		rng := random.Stream(2, f.ID)
		for range 30 {
			a := s.Sample(rng)
			segs, err := Segments(nil, a)
			if err != nil {
				t.Fatal(err)
			}
			var got, want float64
			for _, g := range segs {
				c := table[g.Entry].at(g)
				got += c[costPointwise] + c[costDepthwise]
			}
			for _, l := range s.Layers(a) {
				want += 1e-6 * float64(l.MACs()-2*int64(l.Mid)*int64(l.SE))
			}
			if math.Abs(got/want-1) > 1e-9 {
				t.Fatalf("%s: %v million operations, the layers have %v", a, got, want)
			}
		}
	}
}

// Made-up devices are found in other families too, by every basis.
func TestTrueTimesInForeignSpaces(t *testing.T) {
	for _, id := range []string{"fbnet-imagenet", "fbnet-cifar100", "nasbench201"} {
		s, err := space.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		archs := simulated.Archs(s, random.Stream(3, id), 1200)
		y := simulated.Card.MeasureMs(s, archs, nil)
		for _, b := range []Basis{Tied(s.Resolutions), Shape(s.Resolutions, false), Shape(s.Resolutions, true)} {
			m, _, err := Fit(archs[:1000], y[:1000], Config{Basis: b, Relative: true})
			if err != nil {
				t.Fatal(err)
			}
			pred := make([]float64, 200)
			if err := m.LabelsMs(pred, archs[1000:], nil); err != nil {
				t.Fatal(err)
			}
			e := relative(pred, y[1000:])
			t.Logf("%s, %s: %.5f", id, b.Name(), e)
			if e > .002 {
				t.Errorf("%s, %s: mean relative error %.5f", id, b.Name(), e)
			}
		}
	}
}

// Networks of another family are no networks of a model, though their layout is the same.
func TestOtherFamilies(t *testing.T) {
	m := newModel(Tied([]int{176}), space.OFA5, Queue{})
	m.Theta = make([]float64, m.columns.Width())
	six := space.MustParse("r176 d222221 k33-33-33-33-33-3 e33-33-33-33-33-3")
	for _, a := range []space.Arch{six, space.MustParse("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"), {}} {
		if _, _, err := m.SegmentsMs(nil, nil, a); err == nil {
			t.Errorf("%s, no error", a)
		}
	}
}

// Plans are made once, by whoever asks first.
func TestPlansTogether(t *testing.T) {
	var group sync.WaitGroup
	a := space.MustParse("r176 d22222 k33-33-33-33-33 e33-33-33-33-33")
	for w := range 4 {
		group.Go(func() {
			for i := range 200 {
				b := a
				b.Resolution = 300 + 4*(i%50)
				segs, err := Segments(nil, b)
				if err != nil || segs[0].In != b.Resolution {
					t.Errorf("worker %d: %+v, %v", w, segs, err)
					return
				}
			}
		})
	}
	group.Wait()
	for _, r := range []int{-4, 0, maxResolution + 1} {
		a.Resolution = r
		if _, err := Segments(nil, a); err == nil {
			t.Errorf("resolution %d, no error", r)
		}
	}
	a.Resolution = 2 * keptResolutions
	if segs, err := Segments(nil, a); err != nil || segs[0].In != a.Resolution {
		t.Errorf("a large image: %v", err)
	}
}
