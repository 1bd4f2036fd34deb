// Package pytorchtest writes files as torch.save does, for tests that have no file of
// PyTorch's own. Source of the forms, pickle operation by operation: the checkpoints of
// Syed & Srinivasan (zip) and of Once-For-All's accuracy predictor (the older format).
package pytorchtest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
)

// View is an entry of a state dict: a tensor that is a part of a storage.
type View struct {
	Name     string
	Class    string // of the storage, such as "FloatStorage"
	Key      string // of the storage
	Size     int    // of the storage, in values
	Offset   int    // of the tensor in its storage
	Shape    []int
	Strides  []int
	Device   string // such as "cpu"
	Elements []float32
}

// Tensor is a contiguous float32 tensor that has a storage for itself.
func Tensor(name string, values []float32, shape ...int) View {
	strides, n := make([]int, len(shape)), 1
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i] = n
		n *= shape[i]
	}
	return View{Name: name, Class: "FloatStorage", Key: "storage of " + name, Size: len(values), Shape: shape, Strides: strides, Device: "cpu", Elements: values}
}

// Zip is the state dict of the views in the zip format. The storage of a key has the
// Elements of the first view that names it.
func Zip(views []View) []byte {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	add := func(name string, content []byte) {
		w, err := z.Create("archive/" + name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			panic(err) // a buffer takes everything
		}
	}
	add("data.pkl", pickled(views, false))
	stored := storages(views)
	for _, key := range slices.Sorted(maps.Keys(stored)) {
		add("data/"+key, stored[key])
	}
	add("version", []byte("2\n"))
	if err := z.Close(); err != nil {
		panic(err)
	}
	return file.Bytes()
}

// Old is the state dict of the views in the older format, of pickles one after the other.
func Old(views []View) []byte {
	out := []byte("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + // the magic number
		"\x80\x02M\xe9\x03." + // the protocol, 1001
		"\x80\x02}(" + text("little_endian") + "\x88u.")
	out = append(out, pickled(views, true)...)
	stored := storages(views)
	keys := slices.Sorted(maps.Keys(stored))
	out = append(out, "\x80\x02]("...)
	for _, key := range keys {
		out = append(out, text(key)...)
	}
	out = append(out, "e."...)
	for _, key := range keys {
		out = binary.LittleEndian.AppendUint64(out, uint64(len(stored[key])/4))
		out = append(out, stored[key]...)
	}
	return out
}

// pickled is the pickle of an OrderedDict of the views. A reference to a storage has a
// sixth part in the older format.
func pickled(views []View, old bool) []byte {
	const dict = "ccollections\nOrderedDict\n)R"
	var b bytes.Buffer
	b.WriteString("\x80\x02" + dict + "(")
	for _, v := range views {
		b.WriteString(text(v.Name) + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage"))
		fmt.Fprintf(&b, "ctorch\n%s\n%s%s%s", v.Class, text(v.Key), text(v.Device), integer(v.Size))
		if old {
			b.WriteByte('N')
		}
		b.WriteString("tQ" + integer(v.Offset) + tuple(v.Shape) + tuple(v.Strides) + "\x89" + dict + "tR")
	}
	b.WriteString("u}" + text("_metadata") + dict + "sb.")
	return b.Bytes()
}

func storages(views []View) map[string][]byte {
	out := map[string][]byte{}
	for _, v := range views {
		if out[v.Key] != nil {
			continue
		}
		for _, x := range v.Elements {
			out[v.Key] = binary.LittleEndian.AppendUint32(out[v.Key], math.Float32bits(x))
		}
	}
	return out
}

func text(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func integer(n int) string {
	return "J" + string(binary.LittleEndian.AppendUint32(nil, uint32(int32(n))))
}

func tuple(values []int) string {
	out := "("
	for _, v := range values {
		out += integer(v)
	}
	return out + "t"
}
