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

// SameInONNX exports p to ONNX, runs that with onnxruntime on archs encoded by e, and fails
// if a latency differs from p's by more than 10⁻⁵ ms.
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

// RunONNX is SameInONNX with the encoding for which p is exported: its own if it has an
// Encoder method, else encode.Of the first space that contains archs[0]. archs must be of
// one space.
func RunONNX(t testing.TB, p latpred.Predictor, archs []space.Arch) {
	t.Helper()
	if n, ok := p.(interface{ Encoder() encode.Encoder }); ok {
		SameInONNX(t, p, n.Encoder(), archs)
		return
	}
	for _, s := range archs[0].Family.Spaces() {
		if s.Contains(archs[0]) {
			SameInONNX(t, p, encode.Of(s), archs)
			return
		}
	}
	t.Fatalf("%s is in no space", archs[0])
}
