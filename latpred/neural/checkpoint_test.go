package neural_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/pytorch/pytorchtest"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// The authors' checkpoints on the test rows of the authors' split, recomputed
// from them in Python: MAE and RMSE in milliseconds, with the digits given there.
var checkpoints = []struct {
	file, set, gpu string
	mae, rmse      string
}{
	{"Individual_trained_models/ofa/checkpoint_note10_ofa.pt", "note10", "", "0.3525", "0.4545"},
	{"Individual_trained_models/ofa/checkpoint_RTX_2080_Ti_GPU_ofa.pt", "rtx2080ti-b64", "", "0.3859", "0.4818"},
	{"Individual_trained_models/ofa/checkpoint_Tesla_P40_GPU_ofa.pt", "p40-b64", "", "1.1814", "1.3710"},
	{"checkpoint_Intel_Xeon_CPU_fixedkernelcompofa.pt", "xeon-b64-fixed", "", "14.7535", "16.845"},
	{"Finetune_Note_10/checkpoint_finetune_RTX_2080_Ti_GPU_ofa.pt", "rtx2080ti-b64", "", "0.7127", "0.8896"},
	{"Finetune_Note_10/checkpoint_finetune_Tesla_P40_GPU_ofa.pt", "p40-b64", "", "1.6091", "2.0377"},
	{"Finetune_Note_10/checkpoint_finetune_Intel_Xeon_CPU_fixedkernelcompofa.pt", "xeon-b64-fixed", "", "676.87", "701.07"},
	{"Finetune_RTX/checkpoint_finetune_note10_ofa.pt", "note10", "", "7.4514", "7.9364"},
	{"Finetune_RTX/checkpoint_finetune_Tesla_P40_GPU_ofa.pt", "p40-b64", "", "10.8225", "11.5454"},
	{"Finetune_RTX/checkpoint_finetune_Intel_Xeon_CPU_fixedkernelcompofa_v2.pt", "xeon-b64-fixed", "", "313.29", "355.83"},
	{"checkpoint_generalized_gpu_dataset.pt", "rtx2080ti-b64", "rtx2080ti", "4.60", "5.50"},
	{"checkpoint_generalized_gpu_dataset.pt", "p40-b64", "p40", "11.78", "14.34"},
}

func TestCheckpointsOfTheAuthors(t *testing.T) {
	dir, err := upstream.Dir()
	if err != nil {
		t.Skipf("needs the authors' checkpoints: %v", err)
	}
	root := filepath.Join(dir, "OFANAS/OFANAS_PerformanceEstimation/tutorial/checkpoints/latency_prediction_model")
	for _, c := range checkpoints {
		t.Run(c.file+" on "+c.set, func(t *testing.T) {
			e := encode.OFA128
			if c.gpu != "" {
				gpu, err := gpu.ByID(c.gpu)
				if err != nil {
					t.Fatal(err)
				}
				e = encode.Hardware(e, gpu)
			}
			m, err := neural.FromCheckpoint(filepath.Join(root, c.file), e)
			if err != nil {
				t.Fatal(err)
			}
			set, err := dataset.Open(c.set)
			if err != nil {
				t.Fatal(err)
			}
			rows := set.SplitFileOrder().Test
			if c.gpu != "" { // the two rows of the generalised network are of a sample of the whole set
				rows = sampledRows(t)
			}
			test := set.Subset(rows)
			pred := make([]float64, len(test.Samples))
			if err := m.PredictMs(pred, test.Archs()); err != nil {
				t.Fatal(err)
			}
			mae, rmse := metric.MAE(pred, test.LatenciesMs()), metric.RMSE(pred, test.LatenciesMs())
			for _, v := range []struct {
				name, want string
				got        float64
			}{{"MAE", c.mae, mae}, {"RMSE", c.rmse, rmse}} {
				want, err := strconv.ParseFloat(v.want, 64)
				if err != nil {
					t.Fatal(err)
				}
				// Half a unit of the last digit, and what the order of float32 sums
				// makes: the generalised network's inputs are in the thousands.
				digits := len(v.want) - 1 - strings.IndexByte(v.want, '.')
				if math.Abs(v.got-want) > 0.5*math.Pow10(-digits)+2e-5 {
					t.Errorf("%s %v, want %s", v.name, v.got, v.want)
				}
			}
		})
	}
}

// A network that is saved as PyTorch saves it, weights by outputs, comes back and predicts
// the same to the bit; one of other inputs than the encoder's, or no network, does not.
func TestFromCheckpoint(t *testing.T) {
	p, set := trained(t)
	var views []pytorchtest.View
	for l, weights := range p.Params().Weights {
		in, out := p.Params().Layers[l], p.Params().Layers[l+1]
		turned := make([]float32, len(weights))
		for i := range in {
			for o := range out {
				turned[o*in+i] = weights[i*out+o]
			}
		}
		name := fmt.Sprintf("model.%d.", 2*l)
		views = append(views, pytorchtest.Tensor(name+"weight", turned, out, in), pytorchtest.Tensor(name+"bias", p.Params().Biases[l], out))
	}
	want, got := make([]float64, set.Rows), make([]float64, set.Rows)
	if err := p.PredictMs(want, set.Archs()); err != nil {
		t.Fatal(err)
	}
	gpu, err := gpu.ByID("p40")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"zip.pt": pytorchtest.Zip(views), "old.pth": pytorchtest.Old(views)} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := neural.FromCheckpoint(path, encode.OFA128)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.PredictMs(got, set.Archs()); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s predicts otherwise: %v", name, err)
		}
		if !reflect.DeepEqual(m.Params(), p.Params()) || !strings.Contains(m.Provenance().Note, name) {
			t.Errorf("%s: %v, %+v", name, m.Params().Layers, m.Provenance())
		}
		if _, err := neural.FromCheckpoint(path, encode.Hardware(encode.OFA128, gpu)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("with three inputs more: %v", err)
		}
	}
	path := filepath.Join(t.TempDir(), "bias.pt")
	if err := os.WriteFile(path, pytorchtest.Zip(views[1:2]), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := neural.FromCheckpoint(path, encode.OFA128); err == nil || !strings.Contains(err.Error(), "bias.pt") {
		t.Errorf("a bias alone: %v", err)
	}
}

// Source of the first and the last rows: Python 3.11, random.seed(1),
// random.sample(range(10000), 1500).
func TestSampledRows(t *testing.T) {
	rows := sampledRows(t)
	distinct := slices.Compact(slices.Sorted(slices.Values(rows)))
	if len(rows) != 1500 || len(distinct) != 1500 || distinct[0] < 0 || distinct[1499] > 9999 {
		t.Errorf("%d rows, %d of them different, from %d to %d", len(rows), len(distinct), distinct[0], distinct[len(distinct)-1])
	}
	if first, last := rows[:3], rows[1497:]; !slices.Equal(first, []int{2201, 9325, 1033}) || !slices.Equal(last, []int{4879, 2356, 5697}) {
		t.Errorf("rows %v … %v", first, last)
	}
}

// sampledRows are random.sample(range(10000), 1500) after random.seed(1), in
// Python 3.11: the rows on which the generalised checkpoint was judged.
func sampledRows(t *testing.T) []int {
	t.Helper()
	text, err := os.ReadFile("testdata/python-sample-1500-of-10000-seed-1.txt")
	if err != nil {
		t.Fatal(err)
	}
	var rows []int
	for _, line := range strings.Fields(string(text)) {
		r, err := strconv.Atoi(line)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows
}
