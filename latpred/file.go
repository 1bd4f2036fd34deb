package latpred

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/nlpodyssey/safetensors"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
)

// Predictors are kept as safetensors files: the weights as tensors
// layer<i>.weight (inputs × outputs) and layer<i>.bias, everything else as text
// in the header, where any reader of the format finds it.
const (
	fileFormat = "1"
	maxFile    = 512 << 20
)

// Save writes a predictor to a file, whole or not at all. Only *MLP can be saved.
func Save(path string, p Predictor) error {
	if b, ok := p.(*onBackend); ok {
		p = b.MLP
	}
	m, ok := p.(*MLP)
	if !ok {
		return fmt.Errorf("predictors of kind %s can't be saved", p.Kind())
	}
	views := map[string]safetensors.TensorView{}
	sum := sha256.New()
	for l := range m.params.Weights {
		in, out := uint64(m.params.Layers[l]), uint64(m.params.Layers[l+1])
		for _, t := range []struct {
			name   string
			shape  []uint64
			values []float32
		}{{"weight", []uint64{in, out}, m.params.Weights[l]}, {"bias", []uint64{out}, m.params.Biases[l]}} {
			content := make([]byte, 0, 4*len(t.values))
			for _, v := range t.values {
				content = binary.LittleEndian.AppendUint32(content, math.Float32bits(v))
			}
			sum.Write(content)
			view, err := safetensors.NewTensorView(safetensors.F32, t.shape, content)
			if err != nil {
				return err
			}
			views[fmt.Sprintf("layer%d.%s", l, t.name)] = view
		}
	}
	provenance, err := json.Marshal(m.provenance)
	if err != nil {
		return err
	}
	header := map[string]string{
		"format": "latpred " + fileFormat, "kind": m.Kind(), "encoding": m.encoder.Name(),
		"layers": strconv.Itoa(len(m.params.Weights)), "sha256": hex.EncodeToString(sum.Sum(nil)), "provenance": string(provenance),
	}
	if h, ok := encode.HardwareOf(m.encoder); ok {
		gpu, err := json.Marshal(h)
		if err != nil {
			return err
		}
		header["gpu"] = string(gpu)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after the rename it is not there any more
	err = safetensors.SerializeToWriter(views, header, f)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}

// Load reads a predictor that Save wrote. It refuses what is damaged, of another
// format, or of an encoding that this program doesn't know.
func Load(path string) (Predictor, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxFile {
		return nil, fmt.Errorf("%s: larger than the %d MB that a predictor may have", path, maxFile>>20)
	}
	m, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func parse(content []byte) (_ *MLP, err error) {
	defer func() {
		if p := recover(); p != nil { // the reader trusts some numbers in damaged headers
			err = fmt.Errorf("damaged safetensors file: %v", p)
		}
	}()
	_, header, err := safetensors.ReadMetadata(content)
	if err != nil {
		return nil, fmt.Errorf("no safetensors file: %w", err)
	}
	meta := header.Metadata()
	if meta["format"] != "latpred "+fileFormat {
		return nil, fmt.Errorf("format %q, want %q: not a predictor of this program", meta["format"], "latpred "+fileFormat)
	}
	if meta["kind"] != "paper" {
		return nil, fmt.Errorf("a predictor of kind %q, which this program doesn't know", meta["kind"])
	}
	file, err := safetensors.Deserialize(content)
	if err != nil {
		return nil, err
	}
	params, err := readParams(file, meta)
	if err != nil {
		return nil, err
	}
	e, err := readEncoder(meta)
	if err != nil {
		return nil, err
	}
	var from Provenance
	if err := json.Unmarshal([]byte(meta["provenance"]), &from); err != nil {
		return nil, fmt.Errorf("provenance: %w", err)
	}
	return NewMLP(e, params, from)
}

func readParams(file safetensors.SafeTensors, meta map[string]string) (*mlp.Params, error) {
	layers, err := strconv.Atoi(meta["layers"])
	if err != nil || layers < 1 || 2*layers != file.Len() {
		return nil, fmt.Errorf("header says %q layers, the file has %d tensors", meta["layers"], file.Len())
	}
	p := &mlp.Params{}
	sum := sha256.New()
	for l := range layers {
		for i, name := range []string{"weight", "bias"} {
			name = fmt.Sprintf("layer%d.%s", l, name)
			t, ok := file.Tensor(name)
			if !ok || t.DType() != safetensors.F32 || len(t.Shape()) != 2-i {
				return nil, fmt.Errorf("tensor %s is missing or of another form", name)
			}
			sum.Write(t.Data())
			values := make([]float32, len(t.Data())/4)
			for v := range values {
				values[v] = math.Float32frombits(binary.LittleEndian.Uint32(t.Data()[4*v:]))
			}
			if i == 0 {
				if l == 0 {
					p.Layers = []int{int(t.Shape()[0])}
				}
				p.Layers = append(p.Layers, int(t.Shape()[1]))
				p.Weights = append(p.Weights, values)
			} else {
				p.Biases = append(p.Biases, values)
			}
		}
	}
	if hex.EncodeToString(sum.Sum(nil)) != meta["sha256"] {
		return nil, errors.New("the weights don't have the SHA-256 that the header gives: the file is damaged")
	}
	return p, p.Validate()
}

func readEncoder(meta map[string]string) (encode.Encoder, error) {
	if meta["gpu"] == "" {
		return encode.ByName(meta["encoding"])
	}
	var gpu encode.GPU
	if err := json.Unmarshal([]byte(meta["gpu"]), &gpu); err != nil {
		return nil, fmt.Errorf("gpu: %w", err)
	}
	for _, base := range []encode.Encoder{encode.OFA128, encode.HELP145} {
		if e := encode.Hardware(base, gpu); e.Name() == meta["encoding"] {
			return e, nil
		}
	}
	return nil, fmt.Errorf("no encoding %q", meta["encoding"])
}
