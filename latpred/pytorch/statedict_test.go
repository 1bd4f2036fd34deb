package pytorch_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/pytorch"
	"github.com/ofalat/ofalat/latpred/pytorch/pytorchtest"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// formats are the two that torch.save has had.
var formats = map[string]func([]pytorchtest.View) []byte{"zip": pytorchtest.Zip, "old": pytorchtest.Old}

// dict is a small state dict: a matrix, a vector, and a part of the matrix's storage.
func dict() []pytorchtest.View {
	part := pytorchtest.Tensor("part", nil, 3)
	part.Key, part.Size, part.Offset, part.Device = "storage of weight", 6, 2, "cuda:0"
	return []pytorchtest.View{
		pytorchtest.Tensor("weight", []float32{1, -2, 3.5, 1e-30, 5, 6}, 2, 3),
		pytorchtest.Tensor("bias", []float32{7, 8}, 2),
		part,
	}
}

// Names, order, shapes and all bits come through; tensors may share a storage.
func TestStateDict(t *testing.T) {
	want := []tensor.Tensor{
		{Name: "weight", Shape: []int{2, 3}, Values: []float32{1, -2, 3.5, 1e-30, 5, 6}},
		{Name: "bias", Shape: []int{2}, Values: []float32{7, 8}},
		{Name: "part", Shape: []int{3}, Values: []float32{3.5, 1e-30, 5}},
	}
	for name, format := range formats {
		path := filepath.Join(t.TempDir(), "net.pt")
		if err := os.WriteFile(path, format(dict()), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := pytorch.ReadStateDict(path)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v, want %v", name, got, err, want)
		}
	}
	if _, err := pytorch.ReadStateDict(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// A state dict that is not what it says, of other types, or of views that would have to be
// copied out, is an error that names the file and the reason.
func TestStateDictFaults(t *testing.T) {
	for want, spoil := range map[string]func(v []pytorchtest.View){
		"\"bias\": values of type \"int32\", want a tensor of float32": func(v []pytorchtest.View) { v[1].Class = "IntStorage" },
		"tensors of \"torch.QInt8Storage\"":                            func(v []pytorchtest.View) { v[1].Class = "QInt8Storage" },
		"strides [1 2] is not contiguous":                              func(v []pytorchtest.View) { v[0].Strides = []int{1, 2} },
		"shape [4] from 3 on is beyond":                                func(v []pytorchtest.View) { v[2].Offset, v[2].Shape = 3, []int{4} },
		"shape [3] from -1 on is beyond":                               func(v []pytorchtest.View) { v[2].Offset = -1 },
		"\"part\": a tensor of shape [0]":                              func(v []pytorchtest.View) { v[2].Shape = []int{0} },
		"shape [7] from 2 on is beyond its storage of 6":               func(v []pytorchtest.View) { v[2].Shape = []int{7} },
		"tensor of unknown form":                                       func(v []pytorchtest.View) { v[2].Strides = nil },
		"storage reference":                                            func(v []pytorchtest.View) { v[1].Size = -1 },
		"storage of bias":                                              func(v []pytorchtest.View) { v[1].Elements = v[1].Elements[:1] }, // shorter than it says
		"entry \"weight\" of the state dict is":                        nil,
	} {
		for name, format := range formats {
			views := dict()
			if spoil != nil {
				spoil(views)
			}
			content := format(views)
			if spoil == nil {
				if name == "zip" { // its checksums would tell
					continue
				}
				// the dict's first value is a number, where its tensor was
				from := bytes.Index(content, []byte("ctorch._utils"))
				to := bytes.Index(content, []byte("X\x04\x00\x00\x00bias"))
				content = append(append(bytes.Clone(content[:from]), "K\x07"...), content[to:]...)
			}
			if _, err := pytorch.ParseStateDict(bytes.NewReader(content), "net.pt"); err == nil || !strings.HasPrefix(err.Error(), "net.pt: ") || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want net.pt: …%s…", name, err, want)
			}
		}
	}
	magic := pytorchtest.Old(dict())
	magic[5]++
	for want, content := range map[string][]byte{
		"holds a number, not the state dict":      magic,
		"neither a zip file nor an older":         []byte("nonsense"),
		"holds a list of 0 items, not the state":  listed(),
		"larger than the 32 MB that are read":     make([]byte, 33<<20),
		"not written by torch.save":               []byte("PK\x05\x06" + strings.Repeat("\x00", 18)), // a zip file of nothing
		"holds the name os.system, not the state": []byte("\x80\x02cos\nsystem\n."),
		"storage reference of unknown form":       replaced("torch\nFloatStorage\n", "builtins\neval\n"),
	} {
		if _, err := pytorch.ParseStateDict(bytes.NewReader(content), "net.pt"); err == nil || !strings.HasPrefix(err.Error(), "net.pt: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want net.pt: …%s…", err, want)
		}
	}
}

// replaced is the state dict in the older format with another text in place of one.
func replaced(old, with string) []byte {
	return bytes.ReplaceAll(pytorchtest.Old(dict()), []byte(old), []byte(with))
}

// listed is a file of the older format that holds an empty list.
func listed() []byte {
	content := pytorchtest.Old(nil)
	from := bytes.Index(content, []byte("\x80\x02ccollections"))
	return append(bytes.Clone(content[:from]), "\x80\x02].\x80\x02]."...)
}

// Cut anywhere, a file is an error; nothing panics.
func TestStateDictCutShort(t *testing.T) {
	for name, format := range formats {
		content := format(dict())
		for n := range content {
			if _, err := pytorch.ParseStateDict(bytes.NewReader(content[:n]), "net.pt"); err == nil {
				t.Fatalf("%s: cut to %d of %d bytes, it was read", name, n, len(content))
			}
		}
	}
}
