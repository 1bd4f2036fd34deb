package merge_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/merge"
	"github.com/ofalat/ofalat/latpred/space"
)

// pool is a simulated pool of devices of one kind, whose journals are written without
// waiting. Its networks' true times are those of simulated.Card.
type pool struct {
	rng *rand.Rand

	groups, units int     // of each session
	noise         float64 // standard deviation of a round's time, of logarithms
	drift         float64 // of a group about its session
	apart         float64 // of an anchor in a session
	change        func(header map[string]any, session int)
	factor        func(session int, key string) float64 // of one unit's times; nil: 1
	anchors       []string                              // nil: three networks
}

func somePool(seed uint64) *pool {
	return &pool{rng: rand.New(rand.NewPCG(seed, 22)), groups: 4, units: 6, noise: .008, drift: .01, apart: .003}
}

var mbv3 = func() *space.Space {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		panic(err)
	}
	return s
}()

// trueMs is the true time of a unit or anchor.
func trueMs(key string) float64 {
	if ms, ok := trueTimes[key]; ok {
		return ms
	}
	a, err := space.Parse(strings.TrimPrefix(key, "anchor "))
	if err != nil {
		panic(err)
	}
	trueTimes[key] = simulated.Card.PassMs(mbv3, a)
	return trueTimes[key]
}

var trueTimes = map[string]float64{}

// session is the journal of one process on a device whose mean logarithm of slowness is scale,
// and the mean of that over its groups as it came about.
func (p *pool) session(number int, scale float64, keys []string) (text []byte, mean float64) {
	anchors := p.anchors
	if anchors == nil {
		for _, a := range measure.AnchorArchs(mbv3) {
			anchors = append(anchors, "anchor "+a.String())
		}
	}
	began := time.Date(2026, 1, 1, 0, 0, number, 0, time.UTC)
	var out bytes.Buffer
	line := func(kind string, v any) {
		text, err := json.Marshal(map[string]any{kind: v})
		if err != nil {
			panic(err)
		}
		out.Write(append(text, '\n'))
	}
	header := map[string]any{"format": "latpred measure 1", "what": "nets", "space": mbv3.ID, "device": "sim-b1", "batch": 1, "rounds": 7, "extra": 0, "runs": 1,
		"statistic": measure.Statistic, "machine": map[string]string{"processor": "simulated"}, "software": map[string]string{measure.PluginHash: "abc"}}
	if p.change != nil {
		p.change(header, number)
	}
	out.WriteString(`{"header":{"format":"latpred measure 1"`)
	delete(header, "format")
	rest, err := json.Marshal(header)
	if err != nil {
		panic(err)
	}
	out.WriteString("," + string(rest[1:]) + "}\n")
	if n := len(keys) / p.groups; n < p.units {
		panic("too few networks")
	}
	own := map[string]float64{} // v
	for _, key := range anchors {
		own[key] = p.apart * p.rng.NormFloat64()
	}
	for g := range p.groups {
		slow := scale + p.drift*p.rng.NormFloat64()
		mean += slow / float64(p.groups)
		units := keys[g*p.units : (g+1)*p.units]
		line("begin", map[string]any{"group": g, "anchors": anchors, "units": units, "session": began})
		for r := range 7 {
			var ms []float64
			for i, key := range append(append([]string{}, anchors...), units...) {
				v := trueMs(key) * math.Exp(slow+own[key]+p.noise*p.rng.NormFloat64())
				if p.factor != nil && i < len(anchors) {
					v *= p.factor(number, key)
				}
				ms = append(ms, math.Round(v*1e6)/1e6)
			}
			line("round", map[string]any{"group": g, "round": r, "at": began.Add(time.Duration(g*7+r) * time.Minute), "load": 0, "others": 0, "min_ms": ms, "median_ms": ms})
		}
	}
	return out.Bytes(), mean
}

// keysOf draws networks.
func keysOf(t testing.TB, n int) (keys []string) {
	t.Helper()
	archs, err := measure.Sample(mbv3, 1, n)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range archs {
		keys = append(keys, a.String())
	}
	return keys
}

// journals are those of one session each, on devices of these scales, of disjoint networks,
// and the means of the sessions' logarithms of slowness.
func (p *pool) journals(t testing.TB, scales ...float64) (list []*measure.Journal, means []float64) {
	t.Helper()
	each := p.groups * p.units
	keys := keysOf(t, each*len(scales))
	for i, c := range scales {
		text, mean := p.session(i, c, keys[i*each:(i+1)*each])
		list, means = append(list, read(t, fmt.Sprintf("%d.journal", i), text)), append(means, mean)
	}
	return list, means
}

func read(t testing.TB, name string, text []byte) *measure.Journal {
	t.Helper()
	j, err := measure.ReadJournal(bytes.NewReader(text), name)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func join(t testing.TB, o merge.Options, journals ...*measure.Journal) *merge.Merged {
	t.Helper()
	m, err := merge.Join(journals, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// errors are the logarithms of a set's labels over the true times, less common.
func errorsOf(t testing.TB, m *merge.Merged, common float64) (list []float64) {
	t.Helper()
	set, err := m.Set()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range set.Samples {
		list = append(list, math.Log(s.LatencyMs/trueMs(s.Arch.String()))-common)
	}
	return list
}

func rootMeanSquare(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(values)))
}
