package adapt_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
)

// The RTX 2080 Ti from ten measurements of it and all that is known of the Note10.
func ExampleAdapt() {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		fmt.Println(err)
		return
	}
	sources, err := catalog.Sources(context.Background(), s, []string{"note10"})
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := dataset.Open("rtx2080ti-b64")
	if err != nil {
		fmt.Println(err)
		return
	}
	ten := []int{100, 200, 300, 400, 500, 600, 700, 800, 900, 1000}
	p, report, err := adapt.Adapt(context.Background(), sources, set.Subset(ten), adapt.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	test := set.Subset(set.SplitFileOrder().Test)
	pred := make([]float64, test.Rows)
	if err := p.PredictMs(pred, test.Archs()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Rows, "rows, within 5 %:", 100*metric.MAPE(pred, test.LatenciesMs()) < 5)
	// Output: 10 rows, within 5 %: true
}
