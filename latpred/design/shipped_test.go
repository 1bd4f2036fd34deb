package design

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/transfer"
)

var devices = flag.String("devices", "", "shipped devices to compare orders on, separated by commas, or all, which takes four minutes on two cores and prints the table of the package's page")

// goals are mean relative errors, percent.
var goals = []float64{3, 2, 1.5}

// never stands for a goal that was not reached with the most rows.
const never = math.MaxInt32

// On devices that ship, each predicted from those of other hardware: how many measurements it
// takes until the error is below a goal and stays there, in the order of this package and at
// random; and how often a campaign that stops at Verdict.Enough is wrong.
func TestShippedDevices(t *testing.T) {
	names, sizes, draws := []string{"rtx2080ti-b64"}, []int{12, 20, 36}, 2
	if *devices != "" {
		names = strings.Split(*devices, ",")
		if *devices == "all" {
			names = []string{"note10", "rtx2080ti-b64", "p40-b64", "epyc-zen4-b1", "help-rtx2080ti-b1", "help-rtx2080ti-b64", "help-titanrtx-b1", "help-titanrtx-b32", "help-titanxp-b1", "help-titanxp-b64"}
		}
		sizes, draws = []int{6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128}, 5
	}
	var all [2][3]float64       // by order and goal: sum of the medians' logarithms, where both orders reach it
	var stops, above, wrong int // campaigns that stopped, those above their goal, and by over a tenth of it
	var rows float64
	for _, name := range names {
		var needs [2][3][]float64
		for seed := range draws {
			for order := range 2 {
				c := curveOf(t, name, uint64(seed), order == 0, sizes)
				for g, goal := range goals {
					needs[order][g] = append(needs[order][g], c.needs(goal))
					if at := c.stop(goal); at >= 0 && order == 0 {
						stops++
						rows += float64(sizes[at])
						if c.percent[at] > goal {
							above++
						}
						if c.percent[at] > 1.1*goal {
							wrong++
							t.Logf("%s, draw %d: stopped after %d at %.2f %%, wanted %v", name, seed, sizes[at], c.percent[at], goal)
						}
					}
				}
			}
		}
		for g, goal := range goals {
			designed, random := metric.Median(needs[0][g]), metric.Median(needs[1][g])
			t.Logf("%-20s below %.1f %%: %s measurements in the order of what they tell, %s at random", name, goal, rowsOf(designed, sizes), rowsOf(random, sizes))
			if designed < never && random < never {
				all[0][g], all[1][g] = all[0][g]+math.Log(designed), all[1][g]+math.Log(random)
			}
		}
	}
	t.Logf("%d campaigns stopped, after %.0f measurements in the mean, %d of them above their goal and %d by over a tenth of it", stops, rows/float64(stops), above, wrong)
	if wrong*8 > stops {
		t.Errorf("%d of %d campaigns stopped too early", wrong, stops)
	}
	for g, goal := range goals {
		if all[0][g] > all[1][g] {
			t.Errorf("below %v %%: the order costs %.2f times the measurements of a random one", goal, math.Exp((all[0][g]-all[1][g])/float64(len(names))))
		}
	}
}

// rowsOf is a number of measurements for people.
func rowsOf(n float64, sizes []int) string {
	if n >= never {
		return fmt.Sprintf("over %d", slices.Max(sizes))
	}
	return fmt.Sprint(n)
}

// curve is the error over the number of measurements.
type curve struct {
	sizes    []int
	percent  []float64 // on networks that were not measured
	verdicts []Verdict
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

// stop is the place of the size at which a campaign with a goal stops, or -1.
func (c curve) stop(goal float64) int {
	return slices.IndexFunc(c.verdicts, func(v Verdict) bool { return v.Rows >= Least && v.Upper <= goal })
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
		p, report, err := adapt.Adapt(t.Context(), sources, part, adapt.Config{NoForecast: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.PredictMs(pred, test.Archs()); err != nil {
			t.Fatal(err)
		}
		v, err := judge(p, report, part, 1)
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
