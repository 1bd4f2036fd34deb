package design_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/design"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// A simulated phone is measured until predictions of other networks are expected to be off by
// less than two percent.
func ExampleCampaign() {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		panic(err)
	}
	sources, err := catalog.Sources(context.Background(), s, []string{"note10", "p40-b64"})
	if err != nil {
		panic(err)
	}
	archs, err := design.Networks(sources, s, 1, 100)
	if err != nil {
		panic(err)
	}
	phone := simulated.Phone
	phone.NoisePart = .005
	ms := phone.MeasureMs(s, archs, random.Stream(1, "noise"))
	campaign := design.Campaign{Sources: sources, Most: len(archs), Goal: 2, Measure: func(_ context.Context, n int) (*dataset.Set, error) {
		set := &dataset.Set{Info: dataset.Info{Name: "phone", SpaceID: s.ID, Rows: n}}
		for i := range n {
			set.Samples = append(set.Samples, dataset.Sample{Arch: archs[i], LatencyMs: ms[i]})
		}
		return set, nil
	}}
	verdict, err := campaign.Run(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d networks are enough: %t\n", verdict.Rows, verdict.Enough)
	// Output: 28 networks are enough: true
}
