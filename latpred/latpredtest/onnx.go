package latpredtest

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/export"
	"github.com/ofalat/ofalat/latpred/onnx/onnxtest"
	"github.com/ofalat/ofalat/latpred/space"
)

// SameInONNX writes a predictor and compares what onnxruntime makes of it.
func SameInONNX(t testing.TB, p latpred.Predictor, e encode.Encoder, archs []space.Arch) {
	t.Helper()
	var b bytes.Buffer
	if err := export.WriteONNX(&b, p); err != nil {
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

// RunONNX writes a predictor of any kind.
func RunONNX(t testing.TB, p latpred.Predictor, archs []space.Arch) {
	t.Helper()
	switch {
	case p.Kind() == latpred.KindPaper:
		SameInONNX(t, p, p.(interface{ Encoder() encode.Encoder }).Encoder(), archs)
	case archs[0].Stages() == space.OFAStages:
		SameInONNX(t, p, encode.Proxyless151, archs)
	default:
		SameInONNX(t, p, encode.HELP145, archs)
	}
}
