package export_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/export"
	"github.com/ofalat/ofalat/latpred/hardware"
	"github.com/ofalat/ofalat/latpred/latpredtest"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// Tables whose labels show a launch queue, with and without trees on top.
func TestONNXOfQueue(t *testing.T) {
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(latpredtest.Seq(3000))
	recipe := pass.Config{Basis: pass.Tied(pass.ResolutionsOf(set.Archs())), QueueDepth: 909, LaunchMs: .04}
	for _, kind := range []string{latpred.KindTable, latpred.KindHybrid} {
		p, _, err := additive.Train(t.Context(), set, set.SplitFileOrder(), additive.Config{Recipe: recipe, Hybrid: kind == latpred.KindHybrid})
		if err != nil {
			t.Fatal(err)
		}
		if p.Model().Queue.None() || p.Kind() != kind {
			t.Errorf("a table of kind %s, queue %+v: this test is of a %s with a queue", p.Kind(), p.Model().Queue, kind)
		}
		latpredtest.SameInONNX(t, p, encode.HELP145, set.Archs())
	}
}

// proxylessSet is of a device that is made up: what its networks take is no sum of
// their layers, so that a learned correction gains.
func proxylessSet(t *testing.T, rows int) *dataset.Set {
	t.Helper()
	s, err := space.ByID("proxyless-w1.3")
	if err != nil {
		t.Fatal(err)
	}
	rng := random.Stream(1, "proxyless")
	set := &dataset.Set{Info: dataset.Info{Name: "made-up", Device: "made-up", SpaceID: s.ID, Encoding: encode.Proxyless151.Name(), Rows: rows}}
	for range rows {
		a := s.Sample(rng)
		ms := 2 + 6e-8*float64(s.MACs(a)) + .2*float64(a.Blocks())
		if a.Depth(2) == 4 && a.Depth(3) == 4 {
			ms *= 1.05
		}
		set.Samples = append(set.Samples, dataset.Sample{Arch: a, LatencyMs: ms * (1 + .002*rng.NormFloat64())})
	}
	return set
}

// Every kind that there can be of networks of six stages. None of kind hardware: no
// GPU was measured with them.
func TestONNXOfProxyless(t *testing.T) {
	set := proxylessSet(t, 1500)
	split := set.SplitFileOrder()
	for _, hybrid := range []bool{false, true} {
		p, _, err := additive.Train(t.Context(), set, split, additive.Config{NoQueue: true, Hybrid: hybrid})
		if err != nil {
			t.Fatal(err)
		}
		if hybrid != (p.Kind() == latpred.KindHybrid) {
			t.Errorf("kind %s: the correction was to be kept", p.Kind())
		}
		latpredtest.RunONNX(t, p, set.Archs())
		if hybrid {
			continue
		}
		other := set.Subset(latpredtest.Seq(15))
		for i := range other.Samples {
			other.Samples[i].LatencyMs *= 1.7
		}
		adapted, _, err := adapt.Adapt(t.Context(), []*transfer.Source{{Name: "made-up", Times: p.Model()}}, other, adapt.Config{})
		if err != nil {
			t.Fatal(err)
		}
		latpredtest.RunONNX(t, adapted, set.Archs())
	}
	network, err := neural.New(encode.Proxyless151, mlp.Init(random.Stream(1, "init"), []int{encode.Proxyless151.Width(), 8, 1}), latpred.Provenance{})
	if err != nil {
		t.Fatal(err)
	}
	latpredtest.RunONNX(t, network, set.Archs())
	if _, _, err := catalog.GPU(t.Context(), hardware.Spec{BandwidthGBs: 400, FP32TFLOPS: 12, Space: "proxyless-w1.3"}); err == nil || !strings.Contains(err.Error(), "no GPU was measured") {
		t.Errorf("a GPU of a space that none was measured with: %v", err)
	}
}

// A launch queue before FBNet's networks, of which a skipped block is no launch, with and
// without trees on top.
func TestONNXOfForeignQueue(t *testing.T) {
	s, err := space.ByID("fbnet-cifar100")
	if err != nil {
		t.Fatal(err)
	}
	rng := random.Stream(1, "foreign")
	set := &dataset.Set{Info: dataset.Info{Name: "made-up", Device: "made-up", SpaceID: s.ID, Rows: 900}}
	for _, a := range simulated.Archs(s, rng, 900) {
		ms := simulated.Card.PassMs(s, a) * (1 + .002*rng.NormFloat64())
		if a.Choice[3] > 4 && a.Choice[9] > 4 {
			ms *= 1.1
		}
		set.Samples = append(set.Samples, dataset.Sample{Arch: a, LatencyMs: ms})
	}
	recipe := pass.Config{Basis: pass.Tied(s.Resolutions), QueueDepth: 300, LaunchMs: .01}
	for _, hybrid := range []bool{false, true} {
		p, _, err := additive.Train(t.Context(), set, set.SplitFileOrder(), additive.Config{Recipe: recipe, Hybrid: hybrid})
		if err != nil {
			t.Fatal(err)
		}
		if p.Model().Queue.None() || hybrid != (p.Kind() == latpred.KindHybrid) {
			t.Errorf("kind %s, queue %+v: this test is of a queue", p.Kind(), p.Model().Queue)
		}
		latpredtest.RunONNX(t, p, set.Archs())
	}
}

// What was adapted in other spaces: sums over slots, at two input sizes, some of which fall off
// near 0, and a list of all cells.
func TestONNXOfOtherSpaces(t *testing.T) {
	for _, id := range []string{"fbnet-cifar100", "fbnet-imagenet", "nasbench201"} {
		s, err := space.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		rng := random.Stream(1, id)
		set := &dataset.Set{Info: dataset.Info{Name: "made-up", Device: "made-up", SpaceID: id, Rows: 25}}
		archs := simulated.Archs(s, rng, 25)
		all := simulated.Card.MeasureMs(s, archs, rng)
		for i, ms := range all { // what launches cost is mostly gone: some networks are near 0
			ms = max(ms-all[0], .02)
			set.Samples = append(set.Samples, dataset.Sample{Arch: archs[i], LatencyMs: ms})
		}
		p, _, err := adapt.Adapt(t.Context(), nil, set, adapt.Config{})
		if err != nil {
			t.Fatal(err)
		}
		test := simulated.Archs(s, rng, 400)
		near := 0
		for _, ms := range latpredtest.Predict(t, p, test) {
			if ms < p.Model().Models[0].FloorMs() {
				near++
			}
		}
		if near < 10 || near > 390 {
			t.Errorf("%s: %d of 400 networks fall off near 0: this test is of both kinds", id, near)
		}
		latpredtest.SameInONNX(t, p, encode.Of(s), test)
	}
}

// What was adapted to networks whose choices are tied predicts the others as well, and is written
// so; with and without a launch queue before it.
func TestONNXOfTies(t *testing.T) {
	s, err := space.ByID("compofa-fixed-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	rng := random.Stream(1, "ties")
	set := &dataset.Set{Info: dataset.Info{Name: "made-up", SpaceID: s.ID, Rows: 25}}
	for range 25 {
		a := s.Sample(rng)
		set.Samples = append(set.Samples, dataset.Sample{Arch: a, LatencyMs: simulated.Card.PassMs(s, a)})
	}
	p, _, err := adapt.Adapt(t.Context(), nil, set, adapt.Config{})
	if err != nil {
		t.Fatal(err)
	}
	latpredtest.SameInONNX(t, p, encode.Of(p.Space()), simulated.Archs(p.Space(), rng, 200))
}

// A clock that did not wait: queues are averaged over.
func TestONNXOfAdaptedQueue(t *testing.T) {
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	s, err := set.Space()
	if err != nil {
		t.Fatal(err)
	}
	sources, err := catalog.Sources(t.Context(), s, []string{"note10", "help-titanrtx-b64"})
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := adapt.Adapt(t.Context(), sources, set.Subset(random.Stream(1, "rows").Perm(7000)[:60]), adapt.Config{NoForecast: true})
	if err != nil {
		t.Fatal(err)
	}
	if p.Model().Waits() > .5 {
		t.Errorf("the clock waited with a probability of %v: this test is of a queue", p.Model().Waits())
	}
	latpredtest.SameInONNX(t, p, encode.Of(p.Space()), set.Subset(latpredtest.Seq(200)).Archs())
}

type oracle struct{ latpred.Predictor }

func (oracle) Kind() string { return "oracle" }

func TestONNXOfOthers(t *testing.T) {
	if err := export.WriteONNX(&bytes.Buffer{}, oracle{}); err == nil || !strings.Contains(err.Error(), "kind oracle") {
		t.Errorf("%v", err)
	}
}

// No encoding has resolutions above 224: a predictor of these alone has no graph.
func TestONNXOfUnknownResolutions(t *testing.T) {
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(latpredtest.Seq(400))
	for i := range set.Samples {
		set.Samples[i].Arch.Resolution = 240 + 16*(i%2)
	}
	p, _, err := additive.Train(t.Context(), set, set.SplitFileOrder(), additive.Config{NoQueue: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := export.WriteONNX(&bytes.Buffer{}, p); err == nil || !strings.Contains(err.Error(), "resolutions [240 256]") {
		t.Errorf("%v", err)
	}
}
