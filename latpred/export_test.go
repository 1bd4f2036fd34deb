package latpred_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/onnx/onnxtest"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// sameInONNX writes a predictor and compares what onnxruntime makes of it.
func sameInONNX(t *testing.T, p latpred.Predictor, e encode.Encoder, archs []space.Arch) {
	t.Helper()
	var b bytes.Buffer
	if err := latpred.WriteONNX(&b, p); err != nil {
		t.Fatal(err)
	}
	rows, err := encode.Matrix(e, archs)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float64, len(archs))
	if err := p.PredictMs(want, archs); err != nil {
		t.Fatal(err)
	}
	got := onnxtest.Run(t, b.Bytes(), rows, fmt.Sprint(len(archs)), fmt.Sprint(e.Width()))
	if len(got) != len(want) {
		t.Fatalf("%d latencies of %d", len(got), len(want))
	}
	for i := range got {
		if math.Abs(float64(got[i])-want[i]) > 1e-5 {
			t.Fatalf("%s: %v, here %v", archs[i], got[i], want[i])
		}
	}
}

// conformONNX writes a predictor of any kind.
func conformONNX(t *testing.T, p latpred.Predictor, archs []space.Arch) {
	t.Helper()
	switch {
	case p.Kind() == latpred.KindPaper:
		sameInONNX(t, p, p.(*latpred.MLP).Encoder(), archs)
	case archs[0].Stages() == space.MaxStages:
		sameInONNX(t, p, encode.Proxyless151, archs)
	default:
		sameInONNX(t, p, encode.HELP145, archs)
	}
}

// Tables whose labels show a launch queue, with and without trees on top.
func TestONNXOfQueue(t *testing.T) {
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seqTo(3000))
	recipe := pass.Config{Basis: pass.Tied(pass.ResolutionsOf(set.Archs())), QueueDepth: 909, LaunchMs: .04}
	for _, kind := range []string{latpred.KindTable, latpred.KindHybrid} {
		p, _, err := latpred.TrainTable(t.Context(), set, set.SplitFileOrder(), latpred.TableConfig{Recipe: recipe, Hybrid: kind == latpred.KindHybrid})
		if err != nil {
			t.Fatal(err)
		}
		if p.Model().Queue.None() || p.Kind() != kind {
			t.Errorf("a table of kind %s, queue %+v: this test is of a %s with a queue", p.Kind(), p.Model().Queue, kind)
		}
		sameInONNX(t, p, encode.HELP145, set.Archs())
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
		if a.Depth[2] == 4 && a.Depth[3] == 4 {
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
		p, _, err := latpred.TrainTable(t.Context(), set, split, latpred.TableConfig{NoQueue: true, Hybrid: hybrid})
		if err != nil {
			t.Fatal(err)
		}
		if hybrid != (p.Kind() == latpred.KindHybrid) {
			t.Errorf("kind %s: the correction was to be kept", p.Kind())
		}
		conformONNX(t, p, set.Archs())
		if hybrid {
			continue
		}
		other := set.Subset(seqTo(15))
		for i := range other.Samples {
			other.Samples[i].LatencyMs *= 1.7
		}
		adapted, _, err := latpred.Adapt(t.Context(), []fewshot.Source{{Name: "made-up", Model: p.Model()}}, other, latpred.AdaptConfig{})
		if err != nil {
			t.Fatal(err)
		}
		conformONNX(t, adapted, set.Archs())
	}
	network, err := latpred.NewMLP(encode.Proxyless151, mlp.Init(random.Stream(1, "init"), []int{encode.Proxyless151.Width(), 8, 1}), latpred.Provenance{})
	if err != nil {
		t.Fatal(err)
	}
	conformONNX(t, network, set.Archs())
	if _, _, err := latpred.ForGPU(t.Context(), latpred.GPUSpec{BandwidthGBs: 400, FP32TFLOPS: 12, Space: "proxyless-w1.3"}); err == nil || !strings.Contains(err.Error(), "no GPU was measured") {
		t.Errorf("a GPU of a space that none was measured with: %v", err)
	}
}

type oracle struct{ latpred.Predictor }

func (oracle) Kind() string { return "oracle" }

func TestONNXOfOthers(t *testing.T) {
	if err := latpred.WriteONNX(&bytes.Buffer{}, oracle{}); err == nil || !strings.Contains(err.Error(), "kind oracle") {
		t.Errorf("%v", err)
	}
}

// No encoding has resolutions above 224: a predictor of these alone has no graph.
func TestONNXOfUnknownResolutions(t *testing.T) {
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seqTo(400))
	for i := range set.Samples {
		set.Samples[i].Arch.Resolution = 240 + 16*(i%2)
	}
	p, _, err := latpred.TrainTable(t.Context(), set, set.SplitFileOrder(), latpred.TableConfig{NoQueue: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := latpred.WriteONNX(&bytes.Buffer{}, p); err == nil || !strings.Contains(err.Error(), "resolutions [240 256]") {
		t.Errorf("%v", err)
	}
}
