package transfer

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

var tables sync.Map // of sources, by device

// tableOf is a source that is a table of a made-up device's times.
func tableOf(t testing.TB, name string, d simulated.Device) *Source {
	t.Helper()
	if m, ok := tables.Load(d); ok {
		return &Source{Name: name, Times: m.(*pass.Model)}
	}
	s := spacetest.ByID(t, "mbv3-w1.0")
	m := tableAt(t, d, s.Resolutions...)
	tables.Store(d, m)
	return &Source{Name: name, Times: m}
}

// tableAt fits times of a device at some resolutions.
func tableAt(t testing.TB, d simulated.Device, resolutions ...int) *pass.Model {
	t.Helper()
	s := spacetest.ByID(t, "mbv3-w1.0")
	rng := random.Stream(1, "table")
	archs := simulated.Archs(s, rng, 800)
	for i := range archs {
		archs[i].Resolution = resolutions[rng.IntN(len(resolutions))]
	}
	m, _, err := pass.Fit(archs, d.MeasureMs(s, archs, nil), pass.Config{Basis: pass.Tied(resolutions), Rounds: 2})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// timed is a learner of OFA's networks with tables of a card and of a phone.
func timed(t testing.TB, prior Prior) *Learner {
	t.Helper()
	l, err := NewLearner(FeaturesOf(spacetest.ByID(t, "mbv3-w1.0")), []*Source{tableOf(t, "card", simulated.Card), tableOf(t, "phone", simulated.Phone)}, prior)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// passMs are a source's times of passes.
func passMs(t testing.TB, s *Source, archs []space.Arch) []float64 {
	t.Helper()
	out := make([]float64, len(archs))
	for i, a := range archs {
		var err error
		if out[i], err = s.PassMs(a); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// A table's column is its own time of the network, and a group's the time of its segments on the
// mean of the tables; both by hand, in the units that the reference networks give.
func TestColumnsOfTimesByHand(t *testing.T) {
	l := timed(t, TimesPrior())
	f, s := l.features, spacetest.ByID(t, "mbv3-w1.0")
	references := referencesOf(s)[:timesReferences]
	archs := simulated.Archs(s, random.Stream(2, "columns"), 20)
	rows, err := f.Rows(archs)
	if err != nil {
		t.Fatal(err)
	}
	lead := len(f.keep)
	total := make([]float64, len(references))
	var means []float64
	for k, source := range []*Source{tableOf(t, "card", simulated.Card), tableOf(t, "phone", simulated.Phone)} {
		of := passMs(t, source, references)
		mean, sd := stat.PopMeanStdDev(of, nil)
		means = append(means, mean)
		floats.AddScaled(total, .5/mean, of)
		for i, ms := range passMs(t, source, archs) {
			near(t, "time of "+source.Name, rows.At(i, lead+k), (ms-mean)/sd, 1e-9)
		}
		near(t, "relative spread", l.relative[1+k], sd/mean, 1e-9)
	}
	unit := stat.PopStdDev(total, nil)
	near(t, "relative spread of the mean", l.relative[0], unit, 1e-9)
	// The trend of a network: depths times mean times, less what it is over the references.
	trend := func(a space.Arch) (sum float64) {
		for k, d := range []simulated.Device{simulated.Card, simulated.Phone} {
			ms, segs, err := tableOf(t, "", d).Times.SegmentsMs(nil, nil, a)
			if err != nil {
				t.Fatal(err)
			}
			for i, seg := range segs {
				depth := -1.5
				if seg.Slot == pass.Head {
					depth = 1.5
				} else if seg.Slot != pass.Stem {
					depth = float64(a.Family.Stage(seg.Slot)-2) / 2
				}
				sum += .08 * depth * ms[i] / means[k] / 2 / unit
			}
		}
		return sum
	}
	var centre float64
	for _, a := range references {
		centre += trend(a) / timesReferences
	}
	for i, a := range archs {
		near(t, "trend", rows.At(i, lead+2+groupTrend), trend(a)-centre, 1e-9)
	}
	for c := lead; c < f.Columns(); c++ {
		mean, sd := stat.PopMeanStdDev(mat.Col(nil, c, f.reference), nil)
		near(t, "mean over the references", mean, 0, 1e-9)
		if c < lead+2 {
			near(t, "standard deviation over them", sd, 1, 1e-9)
		}
	}
}

// Tables go together if they are of the family and cover a resolution of the space in common;
// networks at others have no features. A table of one resolution covers no other.
func TestWithFaults(t *testing.T) {
	f := FeaturesOf(spacetest.ByID(t, "mbv3-w1.0"))
	one, two := tableAt(t, simulated.Card, 176), tableAt(t, simulated.Phone, 176, 224)
	both, err := f.With([]*pass.Model{one, two})
	if err != nil {
		t.Fatal(err)
	}
	if got := both.times.groups.sizes; len(got) != 1 || got[0] != 176 {
		t.Errorf("they have %v in common", got)
	}
	a := spacetest.ByID(t, "mbv3-w1.0").Sample(random.Stream(1, "faults"))
	for resolution, want := range map[int]bool{176: true, 160: false, 224: false} {
		a.Resolution = resolution
		if err := both.Row(make([]float64, both.Columns()), a); (err == nil) != want {
			t.Errorf("resolution %d: %v", resolution, err)
		}
	}
	if _, err := f.With([]*pass.Model{one, tableAt(t, simulated.Phone, 224)}); err == nil {
		t.Error("no resolution in common, no error")
	}
	if _, err := f.With(nil); err == nil {
		t.Error("no tables, no error")
	}
	if _, err := FeaturesOf(spacetest.ByID(t, "fbnet-imagenet")).With([]*pass.Model{one}); err == nil {
		t.Error("a table of another family, no error")
	}
	flat := *one
	flat.Theta = make([]float64, len(one.Theta))
	if _, err := f.With([]*pass.Model{&flat}); err == nil {
		t.Error("a table of zeros, no error")
	}
	if _, err := NewLearner(f, []*Source{{Name: "card", Times: one}, {Name: "sum", Space: f.Space}}, TimesPrior()); err == nil {
		t.Error("tables among functions of features, no error")
	}
}

// Sources that are tables go through a file to the bit; functions of features don't go with
// them.
func TestTablesInFiles(t *testing.T) {
	f := FeaturesOf(spacetest.ByID(t, "mbv3-w1.0"))
	sources := []*Source{tableOf(t, "card", simulated.Card), tableOf(t, "phone", simulated.Phone)}
	var file bytes.Buffer
	if err := WriteSources(&file, f, sources); err != nil {
		t.Fatal(err)
	}
	read, err := ReadSources(file.Bytes())
	if err != nil || len(read) != 2 {
		t.Fatalf("%v, %v", read, err)
	}
	archs := simulated.Archs(f.Space, random.Stream(3, "files"), 20)
	for k, s := range sources {
		if read[k].Name != s.Name || !floats.Equal(passMs(t, read[k], archs), passMs(t, s, archs)) {
			t.Errorf("%s is read as %s with other times", s.Name, read[k].Name)
		}
	}
	if err := WriteSources(&file, f, append(sources, &Source{Name: "sum", Space: f.Space, Weights: make([]float64, f.Columns())})); err == nil {
		t.Error("tables and functions of features in one file, no error")
	}
	if err := (&Source{Name: "sum"}).Covers(archs); err != nil {
		t.Errorf("a function of features does not cover networks: %v", err)
	}
	if _, err := (&Source{Name: "sum"}).PassMs(archs[0]); !errors.Is(err, ErrNoTimes) {
		t.Errorf("a function of features has times: %v", err)
	}
	one := &Source{Name: "one", Times: tableAt(t, simulated.Card, 176)}
	if err := one.Covers(archs); err == nil {
		t.Error("a table of one resolution covers others")
	}
}
