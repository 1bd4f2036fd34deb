package lut

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat"
)

// Fitted reports the quality of a fitted table at one resolution.
type Fitted struct {
	Resolution int     `json:"resolution"`
	Rows       int     `json:"rows"`    // number of networks
	RMS        float64 `json:"rms"`     // cross-validated relative error, root mean square, as a fraction
	Penalty    float64 `json:"penalty"` // ridge penalty, chosen by RMS
	Clipped    int     `json:"clipped"` // number of layers whose time came out negative and was set to 0
}

const (
	minFitRows = 20 // fewest rows of a resolution
	fitFolds   = 5  // of the cross-validation
)

// penalties are those that Fit chooses from. At the largest the table is one number
// times the operations of each layer.
var penalties = []float64{1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1}

// Fit makes a table from latencies of whole networks of s, in milliseconds. At each
// resolution it is a ridge regression of relative errors on the layers of a network, with
// times in proportion to the layers' operations as the prior mean. The penalty is chosen
// by cross-validation. Equal layers share a row, as in every table. It errs if an
// architecture is not in s, or if a resolution has fewer than 20 rows, and panics if the
// lengths differ.
//
// The stem and the head, and the layers that every network has in a stage, can only be
// determined as a sum: single rows mean little, but sums over a network are sound. Count
// is the number of networks in which a layer occurs; StdMs is not known.
func Fit(s *space.Space, archs []space.Arch, latenciesMs []float64) (*Table, []Fitted, error) {
	if len(archs) != len(latenciesMs) {
		panic("lut: Fit with lengths that differ")
	}
	rows := map[int][]int{}
	for i, a := range archs {
		if err := s.Validate(a); err != nil {
			return nil, nil, fmt.Errorf("row %d: %w", i, err)
		}
		if !(latenciesMs[i] > 0) || math.IsInf(latenciesMs[i], 0) {
			return nil, nil, fmt.Errorf("row %d: %v is no latency", i, latenciesMs[i])
		}
		rows[a.Resolution] = append(rows[a.Resolution], i)
	}
	t := &Table{Device: "fitted", SpaceID: s.ID, Rows: map[int]map[string]Entry{}}
	var report []Fitted
	for r, at := range rows {
		if len(at) < minFitRows {
			return nil, nil, fmt.Errorf("resolution %d has %d rows, want at least %d: measure more there, or leave it out", r, len(at), minFitRows)
		}
		f := newFit(s, r, archs, latenciesMs, at)
		entries, fitted, err := f.best()
		if err != nil {
			return nil, nil, fmt.Errorf("resolution %d: %w", r, err)
		}
		t.Rows[r] = entries
		report = append(report, fitted)
	}
	if report == nil {
		return nil, nil, fmt.Errorf("no rows to fit")
	}
	slices.SortFunc(report, func(a, b Fitted) int { return a.Resolution - b.Resolution })
	return t, report, nil
}

// fit is the regression at one resolution.
type fit struct {
	resolution int
	keys       []string
	count      []int
	prior      []float64
	terms      [][]ridge.Term
	y          []float64
}

func newFit(s *space.Space, resolution int, archs []space.Arch, y []float64, at []int) *fit {
	f := &fit{resolution: resolution}
	column := map[string]int{}
	var macs []float64
	for _, l := range Layers(s, resolution) {
		column[Key(l)] = len(f.keys)
		f.keys = append(f.keys, Key(l))
		macs = append(macs, float64(l.MACs()))
	}
	f.count = make([]int, len(f.keys))
	var perMAC []float64
	for _, i := range at {
		var terms []ridge.Term
		total := 0.
		for _, l := range s.Layers(archs[i]) {
			c, ok := column[Key(l)]
			if !ok { // the layer costs nothing
				continue
			}
			f.count[c]++
			total += macs[c]
			terms = append(terms, ridge.Term{Column: c, Value: 1})
		}
		f.terms, f.y = append(f.terms, terms), append(f.y, y[i])
		perMAC = append(perMAC, y[i]/total)
	}
	typical := metric.UpperMedian(perMAC)
	for _, m := range macs {
		f.prior = append(f.prior, m*typical)
	}
	return f
}

// solve fits all rows except those of a fold; −1: all rows.
func (f *fit) solve(penalty float64, fold int) ([]float64, error) {
	system := ridge.New(len(f.keys))
	for i, terms := range f.terms {
		if i%fitFolds != fold {
			system.Add(terms, f.y[i], 1/(f.y[i]*f.y[i]))
		}
	}
	// A layer without operations, the pooling, may still cost a hundredth of a network.
	floor := .01 * stat.Mean(f.y, nil)
	return system.Solve(func(c int) float64 { return penalty / math.Pow(max(f.prior[c], floor), 2) }, f.prior)
}

func (f *fit) best() (map[string]Entry, Fitted, error) {
	fitted := Fitted{Resolution: f.resolution, Rows: len(f.y), RMS: math.Inf(1)}
	for _, p := range penalties {
		var squares float64
		for fold := range fitFolds {
			x, err := f.solve(p, fold)
			if err != nil {
				return nil, fitted, err
			}
			for i := fold; i < len(f.y); i += fitFolds {
				e := ridge.Dot(f.terms[i], x)/f.y[i] - 1
				squares += e * e
			}
		}
		if rms := math.Sqrt(squares / float64(len(f.y))); rms < fitted.RMS {
			fitted.RMS, fitted.Penalty = rms, p
		}
	}
	x, err := f.solve(fitted.Penalty, -1)
	if err != nil {
		return nil, fitted, err
	}
	entries := map[string]Entry{}
	for c, key := range f.keys {
		if x[c] < 0 {
			x[c] = 0
			fitted.Clipped++
		}
		entries[key] = Entry{max(1, f.count[c]), x[c], math.NaN()}
	}
	return entries, fitted, nil
}

// Calibration maps sums of a table to latencies of whole networks: OffsetMs plus Factor
// times the sum.
type Calibration struct {
	OffsetMs float64 `json:"offset_ms"`
	Factor   float64 `json:"factor"`
	Rows     int     `json:"rows"`    // number of measured networks
	RMS      float64 `json:"rms"`     // leave-one-out relative error, root mean square, as a fraction
	RawRMS   float64 `json:"raw_rms"` // the same without calibration
}

// Calibrate fits a Calibration to measured latencies, in milliseconds, of at least three
// networks of s. It minimises the sum of squared relative errors. It panics if the
// lengths differ.
func (t *Table) Calibrate(s *space.Space, archs []space.Arch, latenciesMs []float64) (Calibration, error) {
	if len(archs) != len(latenciesMs) {
		panic("lut: Calibrate with lengths that differ")
	}
	c := Calibration{Rows: len(archs)}
	if c.Rows < 3 {
		return c, fmt.Errorf("%d networks can't calibrate a table: measure at least 3", c.Rows)
	}
	sums := make([]float64, len(archs))
	for i, a := range archs {
		var err error
		if sums[i], err = t.LatencyMs(s, a); err != nil {
			return c, err
		}
		e := sums[i]/latenciesMs[i] - 1
		c.RawRMS += e * e / float64(c.Rows)
	}
	c.RawRMS = math.Sqrt(c.RawRMS)
	var err error
	if c.OffsetMs, c.Factor, err = line(sums, latenciesMs, -1); err != nil {
		return c, err
	}
	for i := range archs {
		a, b, err := line(sums, latenciesMs, i)
		if err != nil {
			return c, err
		}
		e := (a+b*sums[i])/latenciesMs[i] - 1
		c.RMS += e * e / float64(c.Rows)
	}
	c.RMS = math.Sqrt(c.RMS)
	return c, nil
}

// line fits y ≈ a + b·x by relative error, leaving one row out; −1: none.
func line(x, y []float64, without int) (a, b float64, err error) {
	weights := make([]float64, len(y))
	for i, v := range y {
		weights[i] = 1 / (v * v)
	}
	if without >= 0 {
		weights[without] = 0
	}
	a, b = stat.LinearRegression(x, y, weights, false)
	if differ(x, without) {
		return a, b, nil
	}
	return 0, 0, fmt.Errorf("the networks don't differ enough to calibrate by")
}

// differ reports whether values, leaving one out, differ by more than rounding.
func differ(values []float64, without int) bool {
	low, high := math.Inf(1), math.Inf(-1)
	for i, v := range values {
		if i != without {
			low, high = min(low, v), max(high, v)
		}
	}
	return high-low > 1e-12*high
}

// Apply returns a copy of t whose sums are calibrated, for readers that know nothing of
// calibration. Every row is multiplied by Factor, and OffsetMs is divided among the
// layers that every network has, in proportion to their times. It errs if a row would
// not stay above zero.
func (c Calibration) Apply(t *Table) (*Table, error) {
	out := &Table{Device: t.Device, SpaceID: t.SpaceID, Style: t.Style, Rows: map[int]map[string]Entry{}}
	for _, r := range t.Resolutions() {
		var common float64
		for _, key := range slices.Sorted(maps.Keys(t.Rows[r])) { // a fixed order of summation
			if !isBlock(key) {
				common += t.Rows[r][key].MeanMs
			}
		}
		block, other := c.Factor, c.Factor+c.OffsetMs/common
		if !(min(block, other) > 0) || math.IsInf(other, 1) {
			return nil, fmt.Errorf("resolution %d: rows calibrated by %.4g ms + %.4g × sum would not stay above 0: the layers that all networks have take %.4g ms", r, c.OffsetMs, c.Factor, common)
		}
		out.Rows[r] = map[string]Entry{}
		for key, e := range t.Rows[r] {
			factor := other
			if isBlock(key) {
				factor = block
			}
			out.Rows[r][key] = Entry{e.Count, factor * e.MeanMs, factor * e.StdMs}
		}
	}
	return out, nil
}
