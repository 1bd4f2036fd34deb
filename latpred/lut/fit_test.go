package lut_test

import (
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// drawn are networks with the Note10 table's latencies.
func drawn(t *testing.T, name string, n int, resolutions ...int) (archs []space.Arch, ms []float64) {
	t.Helper()
	rng := random.Stream(1, name)
	s := wide(t)
	for len(archs) < n {
		a := s.Sample(rng)
		a.Resolution = resolutions[len(archs)%len(resolutions)]
		v, err := lut.Note10().LatencyMs(s, a)
		if err != nil {
			t.Fatal(err)
		}
		archs, ms = append(archs, a), append(ms, v)
	}
	return archs, ms
}

// Latencies that are sums are found again from 150 networks, though there are 96
// layers; with one percent of noise the error stays near that.
func TestFitFindsSums(t *testing.T) {
	rng := random.Stream(1, "noise")
	unseen, want := drawn(t, "unseen", 300, 160, 224)
	for noise, bound := range map[float64]float64{0: .002, .01: .015} {
		archs, ms := drawn(t, "seen", 300, 160, 224)
		for i := range ms {
			ms[i] *= 1 + noise*rng.NormFloat64()
		}
		table, report, err := lut.Fit(wide(t), archs, ms)
		if err != nil {
			t.Fatal(err)
		}
		if len(report) != 2 || report[0].Resolution != 160 || report[0].Rows != 150 || report[0].RMS > 2*bound {
			t.Errorf("noise %v: %+v", noise, report)
		}
		if missing := table.Missing(wide(t), 160); missing != nil {
			t.Errorf("a fitted table lacks %v", missing)
		}
		var squares float64
		for i, a := range unseen {
			p, err := table.LatencyMs(wide(t), a)
			if err != nil {
				t.Fatal(err)
			}
			squares += math.Pow(p/want[i]-1, 2) / float64(len(unseen))
		}
		if rms := math.Sqrt(squares); rms > bound {
			t.Errorf("noise %v: error on unseen networks %.4f, want at most %v", noise, rms, bound)
		}
	}
}

func TestFitFaults(t *testing.T) {
	archs, ms := drawn(t, "few", 25, 160)
	archs[3].Resolution = 176
	if _, _, err := lut.Fit(wide(t), archs, ms); err == nil || !strings.Contains(err.Error(), "resolution 176 has 1 rows, want at least 20") {
		t.Errorf("one row: %v", err)
	}
	archs[3].Resolution, ms[4] = 160, math.NaN()
	if _, _, err := lut.Fit(wide(t), archs, ms); err == nil || !strings.Contains(err.Error(), "row 4: NaN") {
		t.Errorf("NaN: %v", err)
	}
	archs[2] = space.MustParse("r224 d222221 k33-33-33-33-33-3 e33-33-33-33-33-3")
	if _, _, err := lut.Fit(wide(t), archs, ms); err == nil || !strings.Contains(err.Error(), "row 2") {
		t.Errorf("another space: %v", err)
	}
	if _, _, err := lut.Fit(wide(t), nil, nil); err == nil {
		t.Error("no rows were fitted")
	}
}

// Whole networks that take .5 ms and a tenth more than their layers' sum.
func TestCalibrate(t *testing.T) {
	s := wide(t)
	archs, ms := drawn(t, "calibrate", 10, 160, 224)
	for i := range ms {
		ms[i] = .5 + 1.1*ms[i]
	}
	c, err := lut.Note10().Calibrate(s, archs, ms)
	if err != nil || math.Abs(c.OffsetMs-.5) > 1e-9 || math.Abs(c.Factor-1.1) > 1e-9 || c.RMS > 1e-9 || c.RawRMS < .05 {
		t.Fatalf("%+v, %v", c, err)
	}
	table, err := c.Apply(lut.Note10())
	if err != nil {
		t.Fatal(err)
	}
	unseen, want := drawn(t, "unseen", 20, 176)
	for i, a := range unseen {
		if p, err := table.LatencyMs(s, a); err != nil || math.Abs(p-.5-1.1*want[i]) > 1e-9 {
			t.Errorf("%v, %v, want %v", p, err, .5+1.1*want[i])
		}
	}
	if _, err := lut.Note10().Calibrate(s, archs[:2], ms[:2]); err == nil || !strings.Contains(err.Error(), "at least 3") {
		t.Errorf("two networks: %v", err)
	}
	same := []space.Arch{archs[0], archs[0], archs[0]}
	if _, err := lut.Note10().Calibrate(s, same, []float64{9, 9, 9}); err == nil || !strings.Contains(err.Error(), "don't differ") {
		t.Errorf("one network three times: %v", err)
	}
	if _, err := (lut.Calibration{OffsetMs: -5, Factor: 1}).Apply(lut.Note10()); err == nil || !strings.Contains(err.Error(), "above 0") {
		t.Errorf("a row below zero: %v", err)
	}
	// An offset larger than the first convolution is shared out: sums are still right.
	short, err := lut.Calibration{OffsetMs: -1, Factor: 1}.Apply(lut.Note10())
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range unseen {
		if p, err := short.LatencyMs(s, a); err != nil || math.Abs(p+1-want[i]) > 1e-9 {
			t.Errorf("%v, %v, want %v", p, err, want[i]-1)
		}
	}
}
