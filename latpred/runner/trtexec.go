package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/timing"
)

// trtexec is an engine whose networks run by TensorRT's tool of that name.
type trtexec struct {
	path    string
	options Options
}

func openTrtexec(ctx context.Context, o Options) (engine, hello, error) {
	path, err := exec.LookPath(cmp.Or(o.Tool, "trtexec"))
	if err != nil {
		return nil, hello{}, fmt.Errorf("trtexec is not in PATH: it comes with TensorRT, often as /usr/src/tensorrt/bin/trtexec; --tool names it (%w)", err)
	}
	o.Precision = cmp.Or(o.Precision, "tf32")
	h := hello{program: path, Versions: map[string]string{"tool": path}, GPU: true, Label: "tensorrt-" + o.Precision, Model: onnxFile, Layout: "nchw"}
	h.Hardware = "nvidia-gpu"
	if c, err := call(ctx, o.Timeout, "nvidia-smi", "--query-gpu=name", "--format=csv,noheader"); err == nil && c.exit == 0 {
		name, _, _ := strings.Cut(strings.TrimSpace(c.out), "\n")
		h.Hardware = cmp.Or(name, h.Hardware)
	}
	return &trtexec{path, o}, h, nil
}

func (t *trtexec) close() {}

// precision are the arguments for it; TF32 is what the tool does by itself.
func (t *trtexec) precision() []string {
	switch t.options.Precision {
	case "f32":
		return []string{"--noTF32"}
	case "f16":
		return []string{"--fp16"}
	}
	return nil
}

// load builds the network's engine file, and runs it once for its outputs.
func (t *trtexec) load(ctx context.Context, n *network) (loaded, error) {
	l := &inTrtexec{t, filepath.Join(n.dir, "net.plan"), filepath.Join(n.dir, "logits.json")}
	args := append([]string{"--onnx=" + n.model, "--saveEngine=" + l.plan, "--iterations=1", "--duration=0", "--warmUp=0",
		"--loadInputs=image:" + n.image, "--exportOutput=" + l.logits}, t.precision()...)
	c, err := call(ctx, loadFactor*t.options.Timeout, t.path, args...)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(l.plan); err != nil || c.exit != 0 {
		return nil, fmt.Errorf("trtexec built no engine (exit status %d)%s", c.exit, fault(c.out))
	}
	return l, nil
}

// inTrtexec is a network whose engine file is built.
type inTrtexec struct {
	*trtexec
	plan, logits string
}

func (l *inTrtexec) close() {}

// times runs the engine file and gives the median that the summary tells. A summary that
// is torn is asked for again, twice.
func (l *inTrtexec) times(ctx context.Context) ([]float64, error) {
	var err error
	for range tries {
		var c called
		c, err = call(ctx, l.options.Timeout, l.path, append([]string{"--loadEngine=" + l.plan, "--iterations=" + strconv.Itoa(l.options.Runs),
			"--duration=0", "--warmUp=200", "--noDataTransfers"}, l.precision()...)...)
		if err != nil {
			return nil, err
		}
		if c.exit != 0 {
			return nil, fmt.Errorf("trtexec failed with exit status %d%s", c.exit, fault(c.out))
		}
		var r timing.Reading
		if r, err = timing.Read(c.out, nil); err == nil && strings.HasPrefix(r.From, "trtexec:") {
			return []float64{r.Ms}, nil
		}
		err = fmt.Errorf("trtexec's summary has no median of GPU Compute Time%s", lastLine(c.out))
	}
	return nil, err
}

// outputs reads what the tool exported when the engine was built.
func (l *inTrtexec) outputs(context.Context) ([]float32, error) {
	text, err := bounded.ReadFile(l.logits, maxOutputs)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: this trtexec has not exported them", errNoOutputs)
	}
	if err != nil {
		return nil, err
	}
	var all []struct {
		Name   string    `json:"name"`
		Values []float32 `json:"values"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("the outputs that trtexec exported: %w", err)
	}
	for _, o := range all {
		if o.Name == "logits" {
			return o.Values, nil
		}
	}
	return nil, errors.New("trtexec exported no output of the name logits")
}
