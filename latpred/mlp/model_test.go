package mlp_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// All ways of applying a network give the same, to float32 rounding.
func TestPathsAgree(t *testing.T) {
	p := mlp.Init(random.Stream(1, "init"), mlp.PublishedLayers)
	_, _, test := load(t, "note10", 100)
	model := mlp.NewModel(p)
	many := make([]float64, test.Rows())
	model.Predict(many, test.X)
	other := make([]float64, test.Rows())
	for _, kind := range []string{backend.Go, backend.CPU} {
		t.Run(kind, func(t *testing.T) {
			batch, err := mlp.NewBatch(open(t, kind), p)
			if err != nil {
				t.Fatal(err)
			}
			defer batch.Close()
			if err := batch.Predict(other, test.X); err != nil {
				t.Fatal(err)
			}
			for i := range many {
				if math.Abs(other[i]-many[i]) > 1e-5 {
					t.Fatalf("row %d: %v on the backend, %v in Go", i, other[i], many[i])
				}
			}
		})
	}
	for i := range many {
		if alone := model.PredictRow(test.X.Row(i)); alone != many[i] {
			t.Fatalf("row %d: %v alone, %v among others", i, alone, many[i])
		}
	}
	if n := testing.AllocsPerRun(100, func() { model.PredictRow(test.X.Row(0)) }); n != 0 {
		t.Errorf("a prediction allocates %v times", n)
	}
	if n := testing.AllocsPerRun(10, func() { model.Predict(many, test.X) }); n != 0 {
		t.Errorf("%d predictions allocate %v times", len(many), n)
	}
}

func TestInitIsPyTorchs(t *testing.T) {
	p := mlp.Init(random.Stream(1, "init"), mlp.PublishedLayers)
	if p.Count() != 372801 { // the published network's
		t.Errorf("%d weights, want 372801", p.Count())
	}
	for l, in := range p.Layers[:4] {
		uniform(t, fmt.Sprintf("weights of layer %d", l), p.Weights[l], 1/math.Sqrt(float64(in)))
		if l < 3 { // the last has one bias
			uniform(t, fmt.Sprintf("biases of layer %d", l), p.Biases[l], 1/math.Sqrt(float64(in)))
		}
	}
	if b := float64(p.Biases[3][0]); b == 0 || math.Abs(b) > 1/math.Sqrt(400) {
		t.Errorf("last bias %v", b)
	}
}

// uniform checks that values are in ±bound, reach it, and have a uniform distribution's mean
// and variance, both within five of their standard errors: bound/√3n, and √(4/5n) of it.
func uniform(t *testing.T, what string, values []float32, bound float64) {
	t.Helper()
	var sum, square, top float64
	for _, v := range values {
		sum += float64(v)
		square += float64(v) * float64(v)
		top = math.Max(top, math.Abs(float64(v)))
	}
	n := float64(len(values))
	if top > bound || top < bound*(1-10/n) || math.Abs(sum/n) > 5*bound/math.Sqrt(3*n) || math.Abs(square/n/(bound*bound/3)-1) > 5*math.Sqrt(0.8/n) {
		t.Errorf("%s are not uniform in ±%v: mean %v, variance %v, largest %v", what, bound, sum/n, square/n, top)
	}
}

func TestFromTensors(t *testing.T) {
	weight := tensor.Tensor{Name: "0.weight", Shape: []int{2, 3}, Values: []float32{1, 2, 3, 4, 5, 6}}
	bias := tensor.Tensor{Name: "0.bias", Shape: []int{2}, Values: []float32{7, 8}}
	last := tensor.Tensor{Name: "1.weight", Shape: []int{1, 2}, Values: []float32{1, 1}}
	p, err := mlp.FromTensors([]tensor.Tensor{weight, bias, last})
	if err != nil {
		t.Fatal(err)
	}
	// (1+7)·1 + (4+8)·1 for the first input alone
	if got := mlp.NewModel(p).PredictRow([]int{0}, []float32{1}); got != 20 {
		t.Errorf("prediction %v, want 20", got)
	}
	for want, tensors := range map[string][]tensor.Tensor{
		"no weight that follows": {weight, bias, weight},
		"no bias of 2 outputs":   {weight, {Name: "b", Shape: []int{3}, Values: []float32{1, 2, 3}}},
		"layers []":              nil,
	} {
		if _, err := mlp.FromTensors(tensors); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
	}
}
