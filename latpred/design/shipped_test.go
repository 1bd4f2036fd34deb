package design_test

import (
	"flag"
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/design"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/transfer"
)

var devices = flag.Bool("devices", false, "compare orders on all shipped devices, which takes a quarter of an hour, and print the table of the package's page")

// goals are mean relative errors, percent.
var goals = []float64{3, 2, 1.5}

// never stands for a goal that was not reached with the most rows.
const never = math.MaxInt32

// On devices that ship, each predicted from those of other hardware: how many measurements it
// takes until the error is below a goal and stays there, in the order of this package and at
// random; and how often a campaign that stops at Verdict.Enough is wrong.
func TestShippedDevices(t *testing.T) {
	names, sizes, draws := []string{"rtx2080ti-b64"}, []int{12, 20, 36}, 2
	if *devices {
		names = []string{"note10", "rtx2080ti-b64", "p40-b64", "epyc-zen4-b1", "help-rtx2080ti-b1", "help-rtx2080ti-b64", "help-titanrtx-b1", "help-titanrtx-b32", "help-titanxp-b1", "help-titanxp-b64"}
		sizes, draws = []int{6, 8, 10, 12, 16, 20, 24, 28, 32, 36, 40, 48, 56, 64, 80, 96, 128, 160}, 5
	}
	var all [2][3]float64 // by order and goal: sum of the medians' logarithms, where both orders reach it
	var stops, wrong int
	for _, name := range names {
		var needs [2][3][]float64
		for seed := range draws {
			for order := range 2 {
				c := curveOf(t, name, uint64(seed), order == 0, sizes)
				for g, goal := range goals {
					needs[order][g] = append(needs[order][g], c.needs(goal))
					if stopped, off := c.stop(goal); stopped && order == 0 {
						stops++
						if off > goal {
							wrong++
						}
					}
				}
			}
		}
		for g, goal := range goals {
			designed, random := metric.Median(needs[0][g]), metric.Median(needs[1][g])
			t.Logf("%-20s below %.1f %%: %4.0f measurements in the order of what they tell, %4.0f at random", name, goal, designed, random)
			if designed < never && random < never {
				all[0][g], all[1][g] = all[0][g]+math.Log(designed), all[1][g]+math.Log(random)
			}
		}
	}
	t.Logf("%d campaigns stopped, %d of them above their goal", stops, wrong)
	if wrong*5 > stops {
		t.Errorf("%d of %d campaigns stopped above their goal", wrong, stops)
	}
	for g, goal := range goals {
		if all[0][g] > all[1][g] {
			t.Errorf("below %v %%: the order costs %.2f times the measurements of a random one", goal, math.Exp((all[0][g]-all[1][g])/float64(len(names))))
		}
	}
}

// curve is the error over the number of measurements.
type curve struct {
	sizes    []int
	percent  []float64 // on networks that were not measured
	verdicts []design.Verdict
}

// needs is the smallest size from which the error stays at or below a goal.
func (c curve) needs(goal float64) float64 {
	last := slices.IndexFunc(c.percent, func(p float64) bool { return p <= goal })
	for i, p := range c.percent {
		if p > goal {
			last = i + 1
		}
	}
	if last < 0 || last >= len(c.sizes) {
		return never
	}
	return float64(c.sizes[last])
}

// stop is the error at which a campaign with a goal stops.
func (c curve) stop(goal float64) (stopped bool, percent float64) {
	for i, v := range c.verdicts {
		if v.Rows >= design.Least && v.Upper <= goal {
			return true, c.percent[i]
		}
	}
	return false, 0
}

// curveOf adapts to rows of a shipped set, in one of the orders, and judges on others.
func curveOf(t *testing.T, name string, seed uint64, designed bool, sizes []int) (c curve) {
	t.Helper()
	set, err := dataset.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := set.Space()
	if err != nil {
		t.Fatal(err)
	}
	sources := otherHardware(t, set)
	perm := random.Stream(seed, "draw").Perm(set.Rows)
	most := min(600, set.Rows/2)
	rows, test := set.Subset(perm[:most]), set.Subset(perm[most:min(len(perm), most+1500)])
	if designed {
		picked, err := adapt.Design(sources, s, rows.Archs(), slices.Max(sizes))
		if err != nil {
			t.Fatal(err)
		}
		rows = rows.Subset(picked)
	}
	c.sizes = sizes
	pred, first := make([]float64, test.Rows), make([]int, slices.Max(sizes))
	for i := range first {
		first[i] = i
	}
	for _, n := range sizes {
		part := rows.Subset(first[:n])
		p, _, err := adapt.Adapt(t.Context(), sources, part, adapt.Config{NoForecast: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.PredictMs(pred, test.Archs()); err != nil {
			t.Fatal(err)
		}
		v, err := design.Judge(t.Context(), sources, part, 1)
		if err != nil {
			t.Fatal(err)
		}
		c.percent, c.verdicts = append(c.percent, metric.Evaluate(pred, test.LatenciesMs()).MAPEPercent), append(c.verdicts, v)
	}
	return c
}

// otherHardware are the shipped sources that were measured on other hardware than a set.
func otherHardware(t *testing.T, set *dataset.Set) (list []*transfer.Source) {
	t.Helper()
	s, err := set.Space()
	if err != nil {
		t.Fatal(err)
	}
	all, err := catalog.Shipped(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range all {
		at := slices.IndexFunc(dataset.Index(), func(i dataset.Info) bool { return i.Name == source.Name })
		if at < 0 {
			t.Fatalf("the source %s is no set", source.Name)
		}
		if dataset.Index()[at].Hardware != set.Hardware {
			list = append(list, source)
		}
	}
	if len(list) == 0 || len(list) == len(all) {
		t.Fatalf("%d sources of %d", len(list), len(all))
	}
	return list
}
