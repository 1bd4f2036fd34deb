package neural_test

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/neural"
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
