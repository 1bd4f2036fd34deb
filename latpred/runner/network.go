package runner

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
)

// format is a kind of file that a runtime reads.
type format string

const (
	onnxFile   format = "onnx"
	tfliteFile format = "tflite"
)

// network is a network's files.
type network struct {
	space *space.Space
	arch  space.Arch
	batch int
	dir   string // holds the files
	model string // the network, in the runtime's format
	image string // the made-up image, float32 in the runtime's layout
	json  string // measure.WriteJSON
}

// writeNetwork writes a network's files into a new folder of dir.
func writeNetwork(dir string, s *space.Space, a space.Arch, batch int, h hello) (n *network, err error) {
	n = &network{space: s, arch: a, batch: batch}
	if n.dir, err = os.MkdirTemp(dir, "net-"); err != nil {
		return nil, err
	}
	n.model, n.image, n.json = filepath.Join(n.dir, "net."+string(h.Model)), filepath.Join(n.dir, "image.f32"), filepath.Join(n.dir, "net.json")
	model := measure.WriteONNX
	if h.Model == tfliteFile {
		model = measure.WriteTFLite
	}
	image := measure.Image(a.Resolution, batch)
	if h.Layout == "nchw" {
		image = measure.Planes(image, a.Resolution)
	}
	err = errors.Join(
		writeFile(n.model, func(w io.Writer) error { return model(w, s, a, batch) }),
		writeFile(n.json, func(w io.Writer) error { return measure.WriteJSON(w, s, a, batch) }),
		writeFile(n.image, func(w io.Writer) error { return binary.Write(w, binary.LittleEndian, image) }))
	if err != nil {
		n.remove()
		return nil, err
	}
	return n, nil
}

func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

func (n *network) remove() { _ = os.RemoveAll(n.dir) } // temporary anyway

// key names the network in a runtime.
func (n *network) key() string { return filepath.Base(n.dir) }

// Tolerance is how far a runtime's outputs may be from ours, as a part of the largest one.
// Runtimes sum in other orders, GPUs round to TF32 or half precision; another network is
// off by about 1.
const Tolerance = .02

// newVector gives our outputs.
var newVector = measure.NewVector

// compare holds the outputs of the first network that is loaded against ours.
func (r *Runner) compare(ctx context.Context, n *network, l loaded) error {
	r.check.Lock()
	defer r.check.Unlock()
	if r.checked || r.options.NoCheck {
		return nil
	}
	got, err := l.outputs(ctx)
	if errors.Is(err, errNoOutputs) {
		r.options.Notes.Once("not compared", "runner %s: %v", r.recipe.Name, err)
		r.checked = true
		return nil
	}
	if err != nil {
		return err
	}
	want, err := newVector(ctx, n.space, n.arch, n.batch)
	if err != nil {
		return err
	}
	if err := same(got, want.Logits); err != nil {
		return fmt.Errorf("the outputs of %s are not ours: %w: it runs another network, and its times are of no use", n.arch, err)
	}
	r.checked = true
	return nil
}

// same errs if outputs differ by more than Tolerance of the largest.
func same(got, want []float32) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d numbers, want %d", len(got), len(want))
	}
	var largest, off float64
	at := 0
	for i := range got {
		largest = max(largest, math.Abs(float64(want[i])))
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= off) { // or not a number
			off, at = d, i
		}
	}
	if !(off <= Tolerance*largest) {
		return fmt.Errorf("number %d is %v, want %v within %.2g", at, got[at], want[at], Tolerance*largest)
	}
	return nil
}

// maxOutputs is the largest size of a file of a network's outputs, in bytes.
const maxOutputs = 64 << 20

// readFloats reads a file of little-endian float32 numbers.
func readFloats(name string) ([]float32, error) {
	text, err := bounded.ReadFile(name, maxOutputs)
	if err != nil {
		return nil, err
	}
	if len(text)%4 != 0 {
		return nil, fmt.Errorf("%s: %d bytes are no float32 numbers", filepath.Base(name), len(text))
	}
	out := make([]float32, len(text)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(text[4*i:]))
	}
	return out, nil
}

// median of times, of which there is one at least.
func median(times []float64) float64 { return metric.Median(times) }
