package transfer_test

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// A device whose latency is a constant and the multiply-accumulates over its speed, from 20
// networks of NAS-Bench-201 and no other device.
func ExampleLearner_Fit() {
	s, err := space.ByID("nasbench201")
	if err != nil {
		fmt.Println(err)
		return
	}
	ms := func(a space.Arch) float64 { return 2 + float64(s.MACs(a))/50e6 }
	rng := random.Stream(1, "example")
	var archs []space.Arch
	var latencies []float64
	for range 21 {
		a := s.Sample(rng)
		archs, latencies = append(archs, a), append(latencies, ms(a))
	}
	f := transfer.FeaturesOf(s)
	rows, err := f.Rows(archs)
	if err != nil {
		fmt.Println(err)
		return
	}
	learner, err := transfer.NewLearner(f, nil, transfer.DefaultPrior())
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := learner.Fit(rows.Slice(0, 20, 0, f.Columns()).(*mat.Dense), latencies[:20])
	if err != nil {
		fmt.Println(err)
		return
	}
	pred, err := model.MeanMs(archs[20])
	fmt.Println("within 2 %:", math.Abs(pred/latencies[20]-1) < .02, err)
	// Output: within 2 %: true <nil>
}
