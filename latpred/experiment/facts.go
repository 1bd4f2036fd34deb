package experiment

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/space"
)

// spaceAndNetwork adds what can be counted of the spaces, the sets, the encoding and the
// network, beside what the paper's text and figures say of them.
func (r *runner) spaceAndNetwork(sets []*dataset.Set) error {
	if err := r.spaceSizes(); err != nil {
		return err
	}
	smallest, largest := resolutions(sets)
	first, last, err := encoded(encode.OFA128)
	if err != nil {
		return err
	}
	card, err := gpu.ByID(generalised[0].gpu)
	if err != nil {
		return err
	}
	layers := len(mlp.PublishedLayers) - 1
	for _, fact := range []struct {
		name    string
		paper   float64 // NaN: the paper says nothing
		counted int
		note    string
	}{
		{"authors' sets: public", Paper("datasets", "authors", "sets"), len(sets), "the joined one of both GPUs can be made from two of them"},
		{"authors' sets: smallest resolution", Paper("datasets", "encoding", "smallest_resolution"), smallest, ""},
		{"authors' sets: largest resolution", Paper("datasets", "encoding", "largest_resolution"), largest, ""},
		{"encoding: smallest resolution", float64(None), first, "of its first bin"},
		{"encoding: largest resolution", float64(None), last, "of its last bin; 240 is outside"},
		{"encoding: inputs", Paper("datasets", "network", "inputs"), encode.OFA128.Width(), ""},
		{"encoding: inputs with a GPU's", Paper("datasets", "network", "inputs_with_gpu"), encode.Hardware(encode.OFA128, card).Width(), ""},
		{"an architecture: kernel sizes", Paper("datasets", "example", "kernel_sizes"), space.OFA5.Slots(), "one for each slot"},
		{"released network: linear layers", Paper("datasets", "network", "linear_layers"), layers, ""},
		{"fine-tuning: frozen layers", Paper("datasets", "network", "frozen_layers"), layers - 1, "in all of the authors' fine-tuned files"},
	} {
		row := newRow(fact.name, "")
		row.Paper, row.AsPublished, row.Note = Number(fact.paper), Number(fact.counted), fact.note
		r.result.Rows = append(r.result.Rows, row)
	}
	return nil
}

// spaceSizes counts the sub-networks of the paper's three spaces (Fig. 2).
func (r *runner) spaceSizes() error {
	for _, id := range []string{"mbv3-w1.0", "compofa-fixed-w1.0", "compofa-elastic-w1.0"} {
		s, err := space.ByID(id)
		if err != nil {
			return err
		}
		row := newRow(fmt.Sprintf("%s: sub-networks at one resolution", id), "")
		size, _ := new(big.Float).SetInt(s.Size()).Float64()
		row.AsPublished = Number(size)
		if id != "compofa-elastic-w1.0" {
			row.Paper = Number(Paper("datasets", id, "networks"))
		}
		r.result.Rows = append(r.result.Rows, row)
	}
	return nil
}

// resolutions are the smallest and the largest of all rows.
func resolutions(sets []*dataset.Set) (smallest, largest int) {
	var all []int
	for _, set := range sets {
		for _, row := range set.Samples {
			all = append(all, row.Arch.Resolution)
		}
	}
	return slices.Min(all), slices.Max(all)
}

// encoded are the smallest and the largest resolution that an encoder has an input for.
func encoded(e encode.Encoder) (smallest, largest int, err error) {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		return 0, 0, err
	}
	row := make([]float32, e.Width())
	for r := 1; r < 512; r++ {
		if e.Encode(row, s.Uniform(r, 0)) == nil {
			if smallest == 0 {
				smallest = r
			}
			largest = r
		}
	}
	if smallest == 0 {
		return 0, 0, fmt.Errorf("%s encodes no resolution", e.Name())
	}
	return smallest, largest, nil
}
