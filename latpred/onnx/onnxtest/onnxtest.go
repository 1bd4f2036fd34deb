// Package onnxtest runs ONNX files in onnxruntime, for tests: what we write must give
// there what it gives here.
package onnxtest

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program reads a model's name and the input's dimensions, the input's float32
// values, and writes those of the first output.
const program = `
import sys, numpy, onnx, onnxruntime
model, dims = sys.argv[1], [int(d) for d in sys.argv[2:]]
onnx.checker.check_model(model, full_check=True)
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
x = numpy.frombuffer(sys.stdin.buffer.read(), dtype="<f4").reshape(dims)
y = session.run(None, {session.get_inputs()[0].name: x})[0]
sys.stdout.buffer.write(y.astype("<f4").tobytes())
`

// Run runs a model on one input and gives its first output. Where Python or
// onnxruntime is missing it skips the test.
func Run(t testing.TB, model []byte, input []float32, dims ...string) []float32 {
	t.Helper()
	if out, err := exec.Command("python3", "-c", "import onnx, onnxruntime, numpy").CombinedOutput(); err != nil {
		t.Skipf("needs python3 with onnx, onnxruntime and numpy (pip install onnx onnxruntime): %v: %s", err, bytes.TrimSpace(out))
	}
	file := filepath.Join(t.TempDir(), "model.onnx")
	if err := os.WriteFile(file, model, 0o644); err != nil {
		t.Fatal(err)
	}
	var in []byte
	for _, v := range input {
		in = binary.LittleEndian.AppendUint32(in, math.Float32bits(v))
	}
	cmd := exec.Command("python3", append([]string{"-c", program, file}, dims...)...)
	cmd.Stdin = bytes.NewReader(in)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("onnxruntime: %v\n%s", err, stderr.String())
	}
	values := make([]float32, len(out)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(out[4*i:]))
	}
	return values
}
