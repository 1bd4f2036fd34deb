package additive_test

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

const example = "r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666" // the paper's

func note10(t testing.TB, id string) *additive.Lookup {
	t.Helper()
	s, err := space.ByID(id)
	if err != nil {
		t.Fatal(err)
	}
	l, err := additive.NewLookup(lut.Note10(), s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// The parts of the paper's example, layer by layer, on the Note10. The times are those
// that OFA's own table gives at 176 pixels, in milliseconds.
func TestLookupParts(t *testing.T) {
	b, err := note10(t, "mbv3-w1.2").Segments(space.MustParse(example))
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{0.604792 + 1.039082,
		2.921741, 2.261989, 2.261989, 2.261989, 1.075729, 1.159, 1.159, 0.614295, 0.750517, 0.750517,
		1.355364, 2.154835, 2.154835, 2.154835, 1.626905, 1.744136, 1.744136, 1.744136,
		0.53243 + 0.011482 + 0.754282 + 0.66214}
	if len(b.Segments) != len(want) {
		t.Fatalf("%d parts, want %d", len(b.Segments), len(want))
	}
	for i, s := range b.Segments {
		if math.Abs(s.Ms-want[i]) > 2e-3 { // the list has the first of several later layers rounded
			t.Errorf("%s: %v ms, want %v", s.Name, s.Ms, want[i])
		}
	}
	if math.Abs(b.TrueMs-33.50015649132496) > 1e-12 || b.LabelMs != b.TrueMs || b.HostLimited {
		t.Errorf("the whole: %+v", b)
	}
}

// Predicting one network or a few does not allocate.
func TestLookupDoesNotAllocate(t *testing.T) {
	l, rng := note10(t, "mbv3-w1.2"), random.Stream(1, "lookup")
	archs, ms := make([]space.Arch, 64), make([]float64, 64)
	for i := range archs {
		archs[i] = l.Space().Sample(rng)
	}
	if n := testing.AllocsPerRun(100, func() {
		if err := l.PredictMs(ms, archs); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// A space that ties choices has the same times; a table without a layer says which.
func TestLookupErrors(t *testing.T) {
	tied := note10(t, "compofa-fixed-w1.2")
	if _, _, err := tied.SegmentsMs(nil, nil, space.MustParse("r192 d22343 k53-53-773-5573-335 e33-44-634-4443-666")); err != nil {
		t.Errorf("a network that the space lacks and the table has: %v", err)
	}
	s, err := space.ByID("mbv3-w1.2")
	if err != nil {
		t.Fatal(err)
	}
	holes := &lut.Table{Device: "holes", Rows: map[int]map[string]lut.Entry{176: {}}}
	for key, e := range lut.Note10().Rows[176] {
		if !strings.Contains(key, "expand:288-kernel:3") { // stage 2 with expansion 6
			holes.Rows[176][key] = e
		}
	}
	l, err := additive.NewLookup(holes, s)
	if err != nil {
		t.Fatal(err)
	}
	a := space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-666-6666-6666")
	for _, err := range []error{l.PredictMs(make([]float64, 1), []space.Arch{a}), segmentsError(l, a)} {
		if err == nil || !strings.Contains(err.Error(), "expand:288-kernel:3") {
			t.Errorf("a layer that is missing: %v", err)
		}
	}
	if err := segmentsError(l, space.MustParse("r192"+a.String()[4:])); err == nil || !strings.Contains(err.Error(), "no resolution 192") {
		t.Errorf("a resolution that is missing: %v", err)
	}
	delete(holes.Rows[176], "Conv-input:176x176x3-output:88x88x24")
	if _, err := additive.NewLookup(holes, s); err == nil || !strings.Contains(err.Error(), "Conv-input") {
		t.Errorf("a table without the stem: %v", err)
	}
}

func segmentsError(l *additive.Lookup, a space.Arch) error {
	_, err := l.Segments(a)
	return err
}

// A table comes back whole, its counts and deviations too.
func TestLookupFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "note10.latpred")
	if err := modelfile.Save(file, note10(t, "mbv3-w1.2")); err != nil {
		t.Fatal(err)
	}
	p, err := modelfile.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	back, have := p.(*additive.Lookup).Table(), lut.Note10()
	for r, rows := range have.Rows {
		if len(back.Rows[r]) != len(rows) {
			t.Errorf("%d rows at %d, want %d", len(back.Rows[r]), r, len(rows))
		}
		for key, e := range rows {
			if back.Rows[r][key] != e {
				t.Errorf("%s: %v, want %v", key, back.Rows[r][key], e)
			}
		}
	}
	if back.Device != have.Device || back.SpaceID != have.SpaceID || back.Style != have.Style {
		t.Errorf("%s %s %v", back.Device, back.SpaceID, back.Style)
	}
}

func BenchmarkLookup(b *testing.B) {
	l, rng := note10(b, "mbv3-w1.2"), random.Stream(1, "lookup")
	archs, ms := make([]space.Arch, 8192), make([]float64, 8192)
	for i := range archs {
		archs[i] = l.Space().Sample(rng)
	}
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if err := l.PredictMs(ms[:1], archs[i%8192:i%8192+1]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("8192", func(b *testing.B) {
		for b.Loop() {
			if err := l.PredictMs(ms, archs); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(8192*float64(b.N)/b.Elapsed().Seconds(), "networks/s")
	})
}
