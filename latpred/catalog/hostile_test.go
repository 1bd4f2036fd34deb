package catalog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/catalog" // knows all kinds
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// forgery makes predictors' files that were changed on purpose: with a hash that is right.
type forgery struct {
	name   string
	header map[string]string
	file   []byte
	model  any   // JSON of the header's model, to be changed by places
	places []ref // every value within it
}

// ref is a value that can be replaced.
type ref struct {
	path string
	old  any
	set  func(any)
}

// forgeries are made from a file of each kind, and of each that was ever written.
func forgeries(t testing.TB) (list []*forgery) {
	t.Helper()
	files, err := filepath.Glob("../testdata/written-before/*.latpred")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, header, err := tensor.Parse(content)
		if err != nil {
			t.Fatal(err)
		}
		f := &forgery{name: filepath.Base(name), header: header, file: content}
		numbers := json.NewDecoder(bytes.NewReader([]byte(header["model"])))
		numbers.UseNumber()
		if err := numbers.Decode(&f.model); err != nil {
			t.Fatal(err)
		}
		f.walk("model", f.model, func(v any) { f.model = v })
		list = append(list, f)
	}
	return list
}

// walk lists the values of v, of long lists the first and the last.
func (f *forgery) walk(path string, v any, set func(any)) {
	f.places = append(f.places, ref{path, v, set})
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			f.walk(path+"."+key, v[key], func(x any) { v[key] = x })
		}
	case []any:
		for i, x := range v {
			if i < 2 || i == len(v)-1 {
				f.walk(fmt.Sprintf("%s[%d]", path, i), x, func(x any) { v[i] = x })
			}
		}
	}
}

// load loads the forgery with other tensors, and predicts with what came out. It reports
// whether something did.
func (f *forgery) load(t testing.TB, b *tensor.Bundle, what string) bool {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("%s with %s: panic: %v", f.name, what, p)
		}
	}()
	model, err := json.Marshal(f.model)
	if err != nil {
		return false
	}
	header := maps.Clone(f.header)
	header["format"], header["model"] = "latpred 2", string(model)
	header["sha256"] = b.Sum(fmt.Sprintf("%s\n%s\n", header["kind"], model))
	var file bytes.Buffer
	if err := b.Write(&file, header); err != nil {
		return false
	}
	p, err := modelfile.Parse(file.Bytes())
	if err != nil {
		return false
	}
	for _, s := range space.All() {
		archs := []space.Arch{s.Sample(random.Stream(1, s.ID)), s.Sample(random.Stream(2, s.ID))}
		_ = p.PredictMs(make([]float64, len(archs)), archs) // an error is fine
	}
	return true
}

// tensors are those of the file, to be changed.
func (f *forgery) tensors(t testing.TB) *tensor.Bundle {
	t.Helper()
	b, _, err := tensor.Parse(bytes.Clone(f.file))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// replacements are what a value of the model is replaced by.
var replacements = []any{nil, json.Number("-1"), json.Number("0"), json.Number("1000000000"), json.Number("1e300"), "x", []any{}, map[string]any{}}

// No file makes a loader, or the predictor that it loads, panic or take memory out of
// proportion, even if its hash is right: one in so many of all single changes of every file.
func TestForgedModels(t *testing.T) {
	const share = 23
	n, loaded := 0, 0
	try := func(f *forgery, b *tensor.Bundle, what string) {
		if n++; n%share == 0 && f.load(t, b, what) {
			loaded++
		}
	}
	for _, f := range forgeries(t) {
		whole := f.tensors(t)
		if !f.load(t, whole, "nothing changed") {
			t.Errorf("%s can't be loaded unchanged", f.name)
		}
		for _, place := range f.places {
			for _, r := range replacements {
				place.set(r)
				try(f, whole, fmt.Sprint(place.path, " = ", r))
			}
			place.set(place.old)
		}
		for _, name := range whole.Names() {
			for how := range deformations {
				b := f.tensors(t)
				deform(b, name, how)
				try(f, b, fmt.Sprintf("tensor %s deformed as %d", name, how))
			}
		}
	}
	if loaded < 20 || n/share-loaded < 100 {
		t.Errorf("%d of %d changed files were loaded: the test does not see both", loaded, n/share)
	}
}

// A file in which any one bit is another is refused: its hash is over all of it.
func TestDamagedFile(t *testing.T) {
	p, err := catalog.Load(t.Context(), "../testdata/written-before/paper-gpu-ofa128.latpred")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "m.latpred")
	if err := modelfile.Save(file, p); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		if _, err := modelfile.Parse(bad); err == nil {
			t.Errorf("byte %d of %d, %.40q, may be %q", i, len(good), good[max(0, i-20):], bad[i])
		}
	}
}

const deformations = 6

// deform changes a tensor in one of several ways.
func deform(b *tensor.Bundle, name string, how int) {
	if v, err := b.Float64(name, -1); err == nil {
		switch how {
		case 0:
			v = nil
		case 1:
			v = v[:len(v)/2]
		case 2:
			v = append(v, v...)
		default:
			for i := range v {
				v[i] = []float64{-v[i], 1e300, 0}[how-3]
			}
		}
		b.PutFloat64(name, v)
		return
	}
	for dimensions := 1; dimensions <= 2; dimensions++ {
		v, shape, err := b.Float32(name, dimensions)
		if err != nil {
			continue
		}
		switch how {
		case 0:
			b.PutFloat32(name, nil, 0)
		case 1:
			b.PutFloat32(name, nil, 1<<40, 0)
		case 2:
			b.PutFloat32(name, v, append(shape, 1)...)
		case 3:
			b.PutFloat32(name, v, uint64(len(v)))
		default:
			for i := range v {
				v[i] = []float32{float32(math.NaN()), math.MaxFloat32}[how-4]
			}
			b.PutFloat32(name, v, shape...)
		}
	}
}

// FuzzModel replaces a value of a predictor's file by any JSON.
func FuzzModel(f *testing.F) {
	all := forgeries(f)
	for i := range all {
		f.Add(uint8(i), uint16(3*i), `[1, -1, 1e9]`)
	}
	f.Add(uint8(0), uint16(0), `{"coefficients": [1e300], "columns": null}`)
	f.Fuzz(func(t *testing.T, file uint8, place uint16, with string) {
		if len(with) > 4096 || !json.Valid([]byte(with)) {
			return
		}
		forged := all[int(file)%len(all)]
		p := forged.places[int(place)%len(forged.places)]
		p.set(json.RawMessage(with))
		defer p.set(p.old)
		forged.load(t, forged.tensors(t), p.path+" = "+with)
	})
}
