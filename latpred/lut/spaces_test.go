package lut_test

import (
	"math"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// times makes a table of a space in which layers take .02 ms, and 10 ns to 14 ns for
// each thousand operations.
func times(s *space.Space) *lut.Table {
	t := &lut.Table{Device: "made up", SpaceID: s.ID, Rows: map[int]map[string]lut.Entry{}}
	for _, r := range s.Resolutions {
		t.Rows[r] = map[string]lut.Entry{}
		for i, l := range lut.Layers(s, r) {
			t.Rows[r][lut.Key(l)] = lut.Entry{Count: 3, MeanMs: .02 + 1e-8*float64(l.MACs())*(1+.1*float64(i%5)), StdMs: .001}
		}
	}
	return t
}

// labels are the sums of a table over 400 networks.
func labels(t *testing.T, s *space.Space, table *lut.Table) (archs []space.Arch, ms []float64) {
	t.Helper()
	rng := random.Stream(1, "labels")
	for range 400 {
		a := s.Sample(rng)
		v, err := table.LatencyMs(s, a)
		if err != nil {
			t.Fatal(err)
		}
		archs, ms = append(archs, a), append(ms, v)
	}
	return archs, ms
}

// In every space keys tell layers apart that differ, tables cover all networks, and
// sums by slots are sums by keys.
func TestTablesOfEverySpace(t *testing.T) {
	for _, s := range space.All() {
		t.Run(s.ID, func(t *testing.T) {
			byKey := map[string]space.Layer{}
			rng := random.Stream(1, "tables")
			table := times(s)
			index, err := table.Index(s)
			if err != nil {
				t.Fatal(err)
			}
			for range 200 {
				a := s.Sample(rng)
				for _, l := range s.Layers(a) {
					key := lut.Key(l)
					l.Slot = 0 // the same layer in another place
					l.From = make([]int, max(1, len(l.From)))
					if other, ok := byKey[key]; ok && key != "" && !reflect.DeepEqual(other, l) {
						t.Fatalf("%s is the key of\n%+v and\n%+v", key, other, l)
					}
					byKey[key] = l
				}
				want, err := table.LatencyMs(s, a)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := index.LatencyMs(a); err != nil || math.Abs(got-want) > 1e-12*want {
					t.Fatalf("%s: %v, %v, want %v", a, got, err, want)
				}
			}
			for _, r := range s.Resolutions {
				if missing := table.Missing(s, r); missing != nil {
					t.Errorf("resolution %d lacks %v", r, missing)
				}
			}
		})
	}
}

// A table of FBNet by hand: stem, 22 slots that skip, of which seven change the shape
// or not, and the head.
func TestTableOfFBNet(t *testing.T) {
	s, err := space.ByID("fbnet-cifar100")
	if err != nil {
		t.Fatal(err)
	}
	table := &lut.Table{Device: "by hand", SpaceID: s.ID, Rows: map[int]map[string]lut.Entry{32: {}}}
	for key, ms := range map[string]float64{
		"Conv-input:32x32x3-output:32x32x16":                                                                   1,
		"conv-input:32x32x16-output:32x32x24-kernel:1-stride:1-act:relu":                                       2,
		"conv-input:32x32x24-output:16x16x32-kernel:1-stride:2-act:relu":                                       3,
		"conv-input:16x16x32-output:8x8x64-kernel:1-stride:2-act:relu":                                         4,
		"conv-input:8x8x64-output:8x8x112-kernel:1-stride:1-act:relu":                                          5,
		"conv-input:8x8x112-output:4x4x184-kernel:1-stride:2-act:relu":                                         6,
		"conv-input:4x4x184-output:4x4x352-kernel:1-stride:1-act:relu":                                         7,
		"Conv_2-input:4x4x352-output:4x4x1504":                                                                 8,
		"AvgPool2D-input:4x4x1504-output:1x1x1504":                                                             9,
		"Logits-input:1x1x1504-output:100":                                                                     10,
		"expanded_conv-input:32x32x16-output:32x32x16-expand:16-kernel:5-stride:1-idskip:1-se:0-hs:0-groups:2": 20,
	} {
		table.Rows[32][key] = lut.Entry{Count: 1, MeanMs: ms}
	}
	skip, _ := s.Family.ByLabel("skip")
	a := s.Uniform(32, skip)
	if ms, err := table.LatencyMs(s, a); err != nil || ms != 55 {
		t.Errorf("all slots skip: %v, %v, want 1 + … + 10", ms, err)
	}
	grouped, _ := s.Family.ByLabel("k5_e1_g2")
	if ms, err := table.LatencyMs(s, a.WithChoice(0, grouped)); err != nil || ms != 75 {
		t.Errorf("the first slot does not skip: %v, %v, want 75", ms, err)
	}
	if n := len(table.Missing(s, 32)); n != len(lut.Layers(s, 32))-len(table.Rows[32]) {
		t.Errorf("%d layers are missing", n)
	}
}

// Tables of other spaces are written, read, recognised and calibrated.
func TestForeignTables(t *testing.T) {
	for _, id := range []string{"fbnet-imagenet", "fbnet-cifar100", "nasbench201"} {
		s, err := space.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		table, dir := times(s), filepath.Join(t.TempDir(), id)
		if _, err := lut.WriteDir(dir, table); err != nil {
			t.Fatal(err)
		}
		back, err := lut.Open(dir)
		if err != nil || back.SpaceID != id || !reflect.DeepEqual(back.Rows, table.Rows) {
			t.Errorf("%s came back as a table of %q, %v", id, back.SpaceID, err)
		}
		archs, ms := labels(t, s, table)
		for i := range ms {
			ms[i] = .5 + 1.1*ms[i]
		}
		c, err := table.Calibrate(s, archs[:20], ms[:20])
		if err != nil || math.Abs(c.OffsetMs-.5) > 1e-6 || math.Abs(c.Factor-1.1) > 1e-6 {
			t.Fatalf("%s: %+v, %v", id, c, err)
		}
		applied, err := c.Apply(table)
		if err != nil {
			t.Fatal(err)
		}
		for i := 350; i < 400; i++ {
			if v, err := applied.LatencyMs(s, archs[i]); err != nil || math.Abs(v-ms[i]) > 1e-6 {
				t.Fatalf("%s, calibrated: %v, %v, want %v", id, v, err, ms[i])
			}
		}
	}
}

// A table of FBNet is found from whole networks.
func TestFitOfFBNet(t *testing.T) {
	s, err := space.ByID("fbnet-cifar100")
	if err != nil {
		t.Fatal(err)
	}
	archs, ms := labels(t, s, times(s))
	fitted, report, err := lut.Fit(s, archs[:350], ms[:350])
	if err != nil || report[0].RMS > .01 {
		t.Fatalf("%+v, %v", report, err)
	}
	for i := 350; i < 400; i++ {
		if v, err := fitted.LatencyMs(s, archs[i]); err != nil || math.Abs(v/ms[i]-1) > .02 {
			t.Fatalf("%v, %v, want %v; %+v", v, err, ms[i], report)
		}
	}
}
