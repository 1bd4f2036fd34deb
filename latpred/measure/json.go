package measure

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred/space"
)

// document is a network as WriteJSON writes it.
type document struct {
	Request
	Layers []layerText `json:"layers"`
}

// layerText is a layer and the steps that it consists of.
type layerText struct {
	Name     string     `json:"name"`
	Kind     space.Kind `json:"kind"`
	From     []int      `json:"from"` // indexes of the layers whose sum is its input; −1: the image
	In       [3]int     `json:"in"`   // height, width, channels
	Out      [3]int     `json:"out"`
	Shortcut bool       `json:"shortcut,omitempty"` // its input is added to its output
	Steps    []stepText `json:"steps"`
}

// stepText is one step of a layer. Convolutions are padded by (kernel − 1)/2 pixels on
// each side; batch normalisation is folded into weights and bias.
type stepText struct {
	Op         opKind           `json:"op"`
	In         int              `json:"in"`  // channels
	Out        int              `json:"out"` // channels
	Kernel     int              `json:"kernel,omitempty"`
	Stride     int              `json:"stride,omitempty"`
	Groups     int              `json:"groups,omitempty"`
	Bottleneck int              `json:"bottleneck,omitempty"` // channels between the two products of se
	Activation space.Activation `json:"activation,omitempty"`
	Bias       bool             `json:"bias,omitempty"`
}

// WriteJSON writes a network of s as JSON, for programs that build it themselves: its
// Request, and each layer with its shapes, its inputs and the steps that it consists of.
// There are no weights, since latency does not depend on them. It errs if a is not in s
// or has a layer that can't be built. A batch below 1 stands for 1.
func WriteJSON(w io.Writer, s *space.Space, a space.Arch, batch int) error {
	if err := s.Validate(a); err != nil {
		return err
	}
	layers := s.Layers(a)
	if err := check(layers); err != nil {
		return err
	}
	d := document{Request: request(s, a, batch)}
	for i, l := range layers {
		t := layerText{
			Name: fmt.Sprintf("%d %s", i, place(l, i)), Kind: l.Kind, From: sources(l, i),
			In: [3]int{l.InSize, l.InSize, l.In}, Out: [3]int{l.OutSize, l.OutSize, l.Out}, Shortcut: l.Shortcut,
			Steps: []stepText{},
		}
		for _, o := range opsOf(l) {
			t.Steps = append(t.Steps, stepText{Op: o.kind, In: o.in, Out: o.out, Kernel: o.kernel, Stride: o.stride,
				Groups: o.groups, Bottleneck: o.mid, Activation: o.act, Bias: o.norm || o.kind == linear || o.kind == squeeze})
		}
		d.Layers = append(d.Layers, t)
	}
	out := json.NewEncoder(w)
	out.SetIndent("", " ")
	return out.Encode(d)
}
