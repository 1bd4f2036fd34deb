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
	"github.com/ofalat/ofalat/latpred/onnx/onnxtest"
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

// conformONNX writes a predictor of any kind; trees can't be written, and say so.
func conformONNX(t *testing.T, p latpred.Predictor, archs []space.Arch) {
	t.Helper()
	switch p.Kind() {
	case latpred.KindHybrid:
		if err := latpred.WriteONNX(&bytes.Buffer{}, p); err == nil || !strings.Contains(err.Error(), "learned correction") {
			t.Errorf("%v, want an error that says what can't be written", err)
		}
	case latpred.KindPaper:
		sameInONNX(t, p, encode.OFA128, archs)
	default:
		sameInONNX(t, p, encode.HELP145, archs)
	}
}

// A table whose labels show a launch queue.
func TestONNXOfQueue(t *testing.T) {
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seqTo(3000))
	p, _, err := latpred.TrainTable(t.Context(), set, set.SplitFileOrder(), latpred.TableConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Model().Queue.None() {
		t.Error("no queue was found: this test is of one")
	}
	sameInONNX(t, p, encode.HELP145, set.Archs()[:1000])
}

type oracle struct{ latpred.Predictor }

func (oracle) Kind() string { return "oracle" }

func TestONNXOfOthers(t *testing.T) {
	if err := latpred.WriteONNX(&bytes.Buffer{}, oracle{}); err == nil || !strings.Contains(err.Error(), "kind oracle") {
		t.Errorf("%v", err)
	}
}
