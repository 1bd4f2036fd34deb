package measure

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

// What is written says every operation and every parameter that package space counts.
func TestJSONCountsAsSpace(t *testing.T) {
	for id, text := range exported {
		s := mustSpace(t, id)
		a := space.MustParse(text)
		var b bytes.Buffer
		if err := WriteJSON(&b, s, a, 2); err != nil {
			t.Fatal(err)
		}
		var d document
		if err := json.Unmarshal(b.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		var macs int64
		for i, l := range d.Layers {
			pixels, layer := int64(l.In[0]*l.In[1]), s.Layers(a)[i]
			for _, from := range l.From {
				if from >= i || from >= 0 && !reflect.DeepEqual(d.Layers[from].Out, l.In) {
					t.Fatalf("%s: layer %s reads layer %d, which writes other shapes", id, l.Name, from)
				}
			}
			for _, o := range l.Steps {
				if o.Stride > 0 {
					side := (layer.InSize-1)/o.Stride + 1
					if o.Op != pointwise {
						pixels = int64(side * side)
					}
				}
				switch o.Op {
				case fullConv, pointwise:
					macs += int64(o.Kernel*o.Kernel*o.In*o.Out/max(1, o.Groups)) * pixels
				case depthwise:
					macs += int64(o.Kernel*o.Kernel*o.Out) * pixels
				case squeeze:
					macs += int64(2 * o.In * o.Bottleneck)
				case linear:
					macs += int64(o.In * o.Out)
				}
			}
		}
		if macs != s.MACs(a) || d.Batch != 2 || d.Space != id || d.Arch != text {
			t.Errorf("%s: %d operations, want %d; %+v", id, macs, s.MACs(a), d.Request)
		}
		if ofa := a.OFA() != nil; ofa != (d.OFAConfig != nil) || ofa != (d.Choices == nil) {
			t.Errorf("%s: OFA's form %v, choices %v", id, d.OFAConfig, d.Choices)
		}
	}
	if d := request(mustSpace(t, "fbnet-cifar100"), space.MustParse(exported["fbnet-cifar100"]), 0); d.Batch != 1 || d.Resolution != 32 || len(d.Choices) != 22 || !slices.Equal(d.Choices[:2], []string{"skip", "k3_e3"}) {
		t.Errorf("%+v", d)
	}
	if err := WriteJSON(&bytes.Buffer{}, mustSpace(t, "nasbench201"), space.MustParse(exported["mbv3-w1.0"]), 1); err == nil {
		t.Error("a network of another space was written")
	}
}

func mustSpace(t *testing.T, id string) *space.Space {
	t.Helper()
	s, err := space.ByID(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
