package measure_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"pgregory.net/rapid"
)

// machine is a device in simulated time: its subjects take what the test says, and
// it counts how often each ran.
type machine struct {
	ran   map[string]int
	total int
	ms    func(key string, run int) (float64, error)
}

func newMachine() *machine {
	m := &machine{ran: map[string]int{}}
	m.ms = func(key string, run int) (float64, error) { return float64(len(key)) + float64(run%3)/100, nil }
	return m
}

func (m *machine) units(names ...string) []measure.Unit {
	var list []measure.Unit
	for _, n := range names {
		list = append(list, measure.Unit{Key: n, Prepare: func(context.Context) (measure.Subject, error) { return &simulated{m, n}, nil }})
	}
	return list
}

type simulated struct {
	m   *machine
	key string
}

func (s *simulated) Run(ctx context.Context) (float64, error) {
	s.m.ran[s.key]++
	s.m.total++
	ms, err := s.m.ms(s.key, s.m.ran[s.key])
	return ms, errors.Join(err, ctx.Err())
}

func (s *simulated) Close() {}

var small = measure.Config{WarmUps: -1, Discard: -1, Rounds: 3, Extra: -1, Runs: 2, Group: 2, Compilers: 1}

func header() measure.Header {
	return measure.Header{What: "nets", Space: "mbv3-w1.0", Device: "simulated", Rounds: 3, Runs: 2, Statistic: measure.Statistic}
}

func journal(t testing.TB, path string) *measure.Journal {
	t.Helper()
	j, err := measure.OpenJournal(path, header())
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func names(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("net%d", i))
	}
	return list
}

// The statistic, by hand: rounds' minima 10.2, 10, 11 have the median 10.2; the
// deviation of {10.2, 10, 11} is √(.84/3 …): variance (0.04+0.16+0.36)/2 = .28.
func TestStatistic(t *testing.T) {
	m := newMachine()
	times := []float64{12, 10.2, 10, 15, 11, 11.5}
	m.ms = func(_ string, run int) (float64, error) { return times[run-1], nil }
	j := journal(t, filepath.Join(t.TempDir(), "j"))
	defer j.Close()
	c := measure.Campaign{Units: m.units("net0"), Journal: j, Config: small}
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := j.Results()[0]
	if r.LatencyMs != 10.2 || r.Runs != 6 || r.StdMs < .5291 || r.StdMs > .5292 || r.MedianMs != 11.25 {
		t.Errorf("%+v, want 10.2 ms ± .52915 over 6 runs, medians' median 11.25", r)
	}
}

// Rounds go through all units in turn, anchors first.
func TestRoundRobin(t *testing.T) {
	m := newMachine()
	var order []string
	m.ms = func(key string, _ int) (float64, error) { order = append(order, key); return 1, nil }
	j := journal(t, filepath.Join(t.TempDir(), "j"))
	defer j.Close()
	config := small
	config.Runs, config.Rounds = 1, 3
	c := measure.Campaign{Units: m.units("a", "b", "c"), Anchors: m.units("x"), Journal: j, Config: config}
	last := 0
	c.Observe = func(p measure.Progress) {
		if p.Units < last || p.Units > 3 || p.Of != 3 {
			t.Errorf("%d of %d units after %d", p.Units, p.Of, last)
		}
		last = p.Units
	}
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, ""); got != "xabxabxab"+"xcxcxc" {
		t.Errorf("measured in the order %s", got)
	}
	if n := len(j.Anchors()["x"]); n != 2 {
		t.Errorf("the anchor has %d results, want one for each group", n)
	}
}

// Whenever a campaign is stopped, going on measures exactly the rounds that are not
// in the journal, and the result is the same set of labels.
func TestResumeMeasuresNothingTwice(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		path := filepath.Join(dir, fmt.Sprint(n))
		units, failAt := rapid.IntRange(1, 7).Draw(rt, "units"), rapid.IntRange(1, 45).Draw(rt, "fail at")
		m := newMachine()
		boom := errors.New("boom")
		m.ms = func(string, int) (float64, error) {
			if m.total == failAt {
				return 0, boom
			}
			return 1, nil
		}
		lost, perRound := 0, 0
		for {
			before := m.total
			j := journal(t, path)
			c := measure.Campaign{Units: m.units(names(units)...), Journal: j, Config: small}
			err := c.Run(t.Context())
			results := len(j.Results())
			if err := j.Close(); err != nil {
				rt.Fatal(err)
			}
			if err == nil {
				if results != units {
					rt.Fatalf("%d of %d units", results, units)
				}
				break
			}
			if !errors.Is(err, boom) || !strings.Contains(err.Error(), "measuring net") {
				rt.Fatalf("%v", err)
			}
			perRound = small.Group * small.Runs
			lost = (m.total - before) % perRound // of the round that failed
			if lost == 0 {
				lost = perRound
			}
		}
		// 2 runs × 3 rounds of each unit, and what the failed round had measured
		if extra := m.total - units*6; extra < 0 || extra > lost {
			rt.Fatalf("%d runs of %d units: %d more than needed, the failed round had %d", m.total, units, extra, lost)
		}
	})
}

func TestMoreUnitsContinueTheJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	m := newMachine()
	for _, n := range []int{3, 5} {
		j := journal(t, path)
		c := measure.Campaign{Units: m.units(names(n)...), Journal: j, Config: small}
		if err := c.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(j.Results()) != n {
			t.Errorf("%d results of %d units", len(j.Results()), n)
		}
		j.Close()
	}
	if m.total != 5*6 {
		t.Errorf("%d runs, want 30", m.total)
	}
}

func TestJournalFaults(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "j")
	m := newMachine()
	j := journal(t, path)
	if _, err := measure.OpenJournal(path, header()); err == nil || !strings.Contains(err.Error(), "another process is measuring into it") {
		t.Errorf("opened twice: %v", err)
	}
	c := measure.Campaign{Units: m.units(names(4)...), Journal: j, Config: small}
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := j.Results()
	j.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	// Torn anywhere in its last line, it opens without that line.
	last := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for _, cut := range []int{last + 1, (last + len(whole)) / 2, len(whole) - 1} {
		if err := os.WriteFile(path, whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		j := journal(t, path)
		if n := len(j.Results()); n != 2 {
			t.Errorf("cut at %d: %d results, want those of the first group", cut, n)
		}
		j.Close()
	}
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	j = journal(t, path)
	if !reflect.DeepEqual(j.Results(), want) {
		t.Error("results differ after reading the journal again")
	}
	j.Close()

	// Other settings and damage are errors at their place.
	other := header()
	other.Device = "another"
	if _, err := measure.OpenJournal(path, other); err == nil || !strings.Contains(err.Error(), "other settings") || !strings.Contains(err.Error(), "another") {
		t.Errorf("another device: %v", err)
	}
	for place, text := range map[string]string{
		":1: no line":   "rubbish\n",
		":1: the first": `{"round":{"group":0,"round":0,"at":"2026-01-01T00:00:00Z","load":0,"min_ms":[1],"median_ms":[1]}}` + "\n",
		":4: round 2":   string(bytes.Join(append(bytes.SplitAfter(whole, []byte("\n"))[:3:3], bytes.SplitAfter(whole, []byte("\n"))[4]), nil)),
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := measure.OpenJournal(path, header()); err == nil || !strings.Contains(err.Error(), place) {
			t.Errorf("damaged journal: %v, want …%s…", err, place)
		}
	}
}

func TestBadTimesFault(t *testing.T) {
	for _, bad := range []float64{0, -1} {
		m := newMachine()
		m.ms = func(string, int) (float64, error) { return bad, nil }
		j := journal(t, filepath.Join(t.TempDir(), "j"))
		c := measure.Campaign{Units: m.units("net0"), Journal: j, Config: small}
		if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "net0") {
			t.Errorf("%v ms: %v", bad, err)
		}
		j.Close()
	}
}

// Ctrl-C in the middle of a round: what came before is in the journal.
func TestInterruptKeepsRounds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := newMachine()
	m.ms = func(string, int) (float64, error) {
		if m.total == 17 { // the second group's second round
			cancel()
		}
		return 1, nil
	}
	path := filepath.Join(t.TempDir(), "j")
	j := journal(t, path)
	c := measure.Campaign{Units: m.units(names(4)...), Journal: j, Config: small}
	if err := c.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	if n := len(j.Results()); n != 2 {
		t.Errorf("%d results, want those of the first group", n)
	}
	j.Close()
	text, err := os.ReadFile(path)
	if err != nil || bytes.Count(text, []byte(`{"round"`)) != 4 {
		t.Errorf("want 4 rounds in\n%s", text)
	}
}

// Noise finds what was put in: 1 % between sessions that all units share.
func TestNoiseOfSharedDrift(t *testing.T) {
	m := newMachine()
	groupFactor := []float64{1, 1.02, .99, 1.01}
	m.ms = func(key string, run int) (float64, error) {
		base := map[string]float64{"x": 1, "y": 5, "z": 20}[key]
		if base == 0 {
			return 3 * groupFactor[(m.ran["x"]-1)/6], nil
		}
		return base * groupFactor[(m.ran["x"]-1)/6], nil
	}
	j := journal(t, filepath.Join(t.TempDir(), "j"))
	defer j.Close()
	c := measure.Campaign{Units: m.units(names(8)...), Anchors: m.units("x", "y", "z"), Journal: j, Config: small}
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := j.Noise()
	// statistics.stdev([1, 1.02, .99, 1.01]) / 1.005 = .012845 (Python)
	if n.Groups < .0128 || n.Groups > .0129 || n.Normalised > 1e-9 || n.Round != 0 || n.GroupCount != 4 || n.Sessions != 1 {
		t.Errorf("%+v", n)
	}
	if n.Drift < .00999 || n.Drift > .01001 {
		t.Errorf("drift %v, want 1.01/1 - 1", n.Drift)
	}
	// Of the four factors the median is 1.005: so slow was the machine on the whole.
	for _, c := range []struct {
		anchorMs map[string]float64
		want     float64
	}{{nil, 3 * 1.005}, {map[string]float64{"x": 1, "y": 5, "z": 20}, 3}, {map[string]float64{"x": 1}, 3}} {
		normalised := j.Normalised(c.anchorMs)
		results := normalised.Results()
		if len(results) != 8 || !strings.HasSuffix(normalised.Header.Device, "-normalised") {
			t.Errorf("%d networks of %s", len(results), normalised.Header.Device)
		}
		for _, r := range results {
			if math.Abs(r.LatencyMs-c.want) > 1e-5 {
				t.Errorf("%s against %v: %v ms, want %v", r.Key, c.anchorMs, r.LatencyMs, c.want)
			}
		}
	}
	if r := j.Normalised(map[string]float64{"other": 1}).Results(); len(r) != 0 {
		t.Errorf("%d results against anchors that were not measured", len(r))
	}
	if j.Results()[2].LatencyMs != 3.06 {
		t.Errorf("the journal itself says %v now", j.Results()[2].LatencyMs)
	}
}

func TestWriteSetIsReadBack(t *testing.T) {
	s := spacetest.ByID(t, "mbv3-w1.0")
	archs, err := measure.Sample(s, 1, 6)
	if err != nil {
		t.Fatal(err)
	}
	more, err := measure.Sample(s, 1, 9)
	if err != nil || !reflect.DeepEqual(more[:6], archs) {
		t.Errorf("a longer sample does not continue a shorter one: %v", err)
	}
	m := newMachine()
	j := journal(t, filepath.Join(t.TempDir(), "j"))
	defer j.Close()
	units := measure.NetUnits(archs, func(a space.Arch) (measure.Subject, error) { return &simulated{m, a.String()}, nil })
	c := measure.Campaign{Units: units, Journal: j, Config: small}
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := measure.WriteSet(&b, j); err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Read(&b, "set.csv")
	if err != nil {
		t.Fatal(err)
	}
	for i, sample := range set.Samples {
		if sample.Arch != archs[i] || sample.Runs != 6 || sample.Device != "simulated" || sample.MeasuredAt.IsZero() || sample.LatencyMs != j.Results()[i].LatencyMs {
			t.Errorf("row %d: %+v", i, sample)
		}
	}
	fixed := spacetest.ByID(t, "compofa-fixed-w1.0")
	if _, err := measure.Sample(fixed, 1, 2000); err == nil || !strings.Contains(err.Error(), "1215 were found") {
		t.Errorf("more networks than there are: %v", err)
	}
}
