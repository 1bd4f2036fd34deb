package upstream

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/pytorch"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// releasedFolder has the predictors that the paper's authors released.
const releasedFolder = Authors + "/tutorial/checkpoints/latency_prediction_model"

// releasedNetworks are the authors' predictors that they fine-tuned from, by the name of
// the shipped file.
var releasedNetworks = []struct{ name, file string }{
	{"note10", "Individual_trained_models/ofa/checkpoint_note10_ofa.pt"},
	{"rtx2080ti-b64", "Individual_trained_models/ofa/checkpoint_RTX_2080_Ti_GPU_ofa.pt"},
}

// releasedHeads are what they fine-tuned, by the name of its tensors. Hidden layers are
// those of the source to the bit; the last layer is all that differs.
var releasedHeads = []struct{ name, file string }{
	{"note10-to-rtx2080ti-b64", "Finetune_Note_10/checkpoint_finetune_RTX_2080_Ti_GPU_ofa.pt"},
	{"note10-to-p40-b64", "Finetune_Note_10/checkpoint_finetune_Tesla_P40_GPU_ofa.pt"},
	{"note10-to-xeon-b64-fixed", "Finetune_Note_10/checkpoint_finetune_Intel_Xeon_CPU_fixedkernelcompofa.pt"},
	{"rtx2080ti-b64-to-note10", "Finetune_RTX/checkpoint_finetune_note10_ofa.pt"},
	{"rtx2080ti-b64-to-p40-b64", "Finetune_RTX/checkpoint_finetune_Tesla_P40_GPU_ofa.pt"},
	{"rtx2080ti-b64-to-xeon-b64-fixed", "Finetune_RTX/checkpoint_finetune_Intel_Xeon_CPU_fixedkernelcompofa_v2.pt"},
	{"rtx2080ti-b64-to-xeon-b64-fixed-v1", "Finetune_RTX/checkpoint_finetune_Intel_Xeon_CPU_fixedkernelcompofa.pt"},
}

// buildReleased writes the authors' networks and heads to the folder released in dir.
func buildReleased(dir, upstream string) error {
	for _, r := range releasedNetworks {
		tensors, err := releasedTensors(upstream, r.file)
		if err != nil {
			return err
		}
		b := tensor.NewBundle()
		for _, t := range tensors {
			b.Put(t)
		}
		name := filepath.Join(dir, "released", r.name+".safetensors.gz")
		if err := atomicfile.WriteChanged(name, func(w io.Writer) error { return b.Write(w, nil) }); err != nil {
			return err
		}
	}
	heads := tensor.NewBundle()
	for _, r := range releasedHeads {
		tensors, err := releasedTensors(upstream, r.file)
		if err != nil {
			return err
		}
		weight, bias := tensors[len(tensors)-2], tensors[len(tensors)-1]
		heads.Put(tensor.Tensor{Name: r.name + ".weight", Shape: []int{len(weight.Values)}, Values: weight.Values})
		heads.Put(tensor.Tensor{Name: r.name + ".bias", Shape: bias.Shape, Values: bias.Values})
	}
	return atomicfile.WriteChanged(filepath.Join(dir, "released", "heads.safetensors"), func(w io.Writer) error { return heads.Write(w, nil) })
}

// releasedTensors reads a released predictor: weight and bias of four layers, the last of
// one output.
func releasedTensors(upstream, file string) ([]tensor.Tensor, error) {
	tensors, err := pytorch.ReadStateDict(filepath.Join(upstream, releasedFolder, file))
	if err != nil {
		return nil, err
	}
	if n := len(tensors); n != 8 || len(tensors[n-1].Values) != 1 {
		return nil, fmt.Errorf("%s: %d tensors, want those of four layers and one output", file, n)
	}
	return tensors, nil
}
