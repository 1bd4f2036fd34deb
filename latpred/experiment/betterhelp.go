package experiment

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
	"gonum.org/v1/gonum/stat"
)

// helpSets are HELP's sets, those with clean labels first.
var helpSets = []struct {
	name  string
	clean bool
}{
	{"help-titanrtx-b64", true}, {"help-titanrtx-b32", true}, {"help-titanxp-b64", true}, {"help-titanxp-b32", true},
	{"help-rtx2080ti-b64", false}, {"help-rtx2080ti-b32", false}, {"help-rtx2080ti-b1", false}, {"help-titanrtx-b1", false}, {"help-titanxp-b1", false},
}

// help leaves out each of HELP's GPUs, with all its batches, and adapts to it from
// all other shipped sets.
func (b *betterRun) help() error {
	sets := helpSets
	if b.tiny {
		sets = []struct {
			name  string
			clean bool
		}{helpSets[0], helpSets[7]}
	}
	ways := []string{"adapted", "power law of a source"}
	draws := b.draws
	if b.profile == Full {
		draws *= 3 // it takes more to tell ways apart that nearly tie
	}
	clean := map[int][][]float64{3: make([][]float64, len(ways)), 10: make([][]float64, len(ways))} // by number of rows and way
	var names []string
	values := make([][]float64, len(ways)) // at 10 rows
	worst := make([]ratio, len(ways))      // of adapted to each way
	for _, h := range sets {
		from, err := otherGPUs(h.name)
		if err != nil {
			return err
		}
		s, err := b.shot(h.name, from...)
		if err != nil {
			return err
		}
		s.draws = draws
		for _, n := range []int{3, 10} {
			if !h.clean && n == 3 {
				continue
			}
			var ours []float64
			for w := range ways {
				s.n, s.powerLaw = n, w == 1
				v, err := b.values(s, mape)
				if err != nil {
					return err
				}
				if w == 0 {
					ours = v
				}
				if h.clean {
					clean[n][w] = append(clean[n][w], metric.Median(v))
				}
				if n == 10 {
					values[w] = append(values[w], metric.Median(v))
					if r := compare(ours, v); r.mean > worst[w].mean {
						worst[w] = r
						worst[w].set = h.name
					}
				}
			}
		}
		names = append(names, strings.Replace(strings.TrimPrefix(h.name, "help-"), "-", "\n", 1))
	}
	for _, n := range []int{10, 3} {
		target := map[int]string{10: "2.0", 3: "2.9"}[n]
		b.reach(fmt.Sprintf("HELP's clean sets, one GPU left out, %d rows: MAPE", n), "%", 0, stat.Mean(clean[n][0], nil), "adapted, random rows",
			fmt.Sprintf("target %s; mean of %d sets' medians of %d draws; a power law of a source: %.2f", target, len(clean[n][0]), draws, stat.Mean(clean[n][1], nil))).Seen = seenHELP
	}
	for w, way := range ways[1:] {
		r := worst[1+w]
		note := fmt.Sprintf("target 1; %s, of %d sets; the same rows for both: geometric mean over %d draws", r.set, len(sets), draws)
		if draws > 1 {
			note += fmt.Sprintf(", 95 %% interval %.3f to %.3f", r.low, r.high)
		}
		b.reach(fmt.Sprintf("HELP's sets, 10 rows: error over that of a %s, at worst", way), "", 0, r.mean, "adapted, random rows", note).Seen = seenHELP
	}
	p, err := figure.Bars("HELP: a GPU left out, 10 random rows of it", "MAPE (%)", names, ways, values)
	if err != nil {
		return err
	}
	b.result.Figures = append(b.result.Figures, figure.Named{Name: "help", Plot: p})
	return nil
}

// ratio is how one way's errors compare with another's on the same draws.
type ratio struct {
	set             string
	mean, low, high float64 // geometric mean, and its 95 % interval, NaN with one draw
}

func compare(ours, others []float64) ratio {
	logs := make([]float64, len(ours))
	for i := range logs {
		logs[i] = math.Log(ours[i] / others[i])
	}
	mean, sd := stat.MeanStdDev(logs, nil)
	wide := 1.96 * stat.StdErr(sd, float64(len(logs)))
	return ratio{mean: math.Exp(mean), low: math.Exp(mean - wide), high: math.Exp(mean + wide)}
}

// judgePowerLaw evaluates a simple baseline: linear least squares of the logarithms of the
// labels on those of a single source, the one with the smallest leave-one-out error.
func (s *shot) judgePowerLaw(support *dataset.Set) (metric.Scores, error) {
	test, y := s.set.Subset(s.test), logs(support.LatenciesMs())
	least, pred := math.Inf(1), make([]float64, test.Rows)
	for _, source := range s.sources {
		x, err := passes(source, support.Archs())
		if err != nil {
			return metric.Scores{}, err
		}
		var loo float64
		for i := range x {
			a, b := stat.LinearRegression(slices.Delete(slices.Clone(x), i, i+1), slices.Delete(slices.Clone(y), i, i+1), nil, false)
			loo += math.Abs(math.Expm1(a + b*x[i] - y[i]))
		}
		if !(loo < least) {
			continue
		}
		least = loo
		a, b := stat.LinearRegression(x, y, nil, false)
		if x, err = passes(source, test.Archs()); err != nil {
			return metric.Scores{}, err
		}
		for i := range x {
			pred[i] = math.Exp(a + b*x[i])
		}
	}
	return metric.Evaluate(pred, test.LatenciesMs()), nil
}

// passes are the logarithms of a source's latencies.
func passes(s *transfer.Source, archs []space.Arch) (out []float64, err error) {
	out = make([]float64, len(archs))
	for i, a := range archs {
		if out[i], err = s.PassMs(a); err != nil {
			return nil, err
		}
	}
	return logs(out), nil
}

func logs(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.Log(v)
	}
	return out
}

// otherGPUs are the names of all sources except those of the entry's own GPU from the same
// origin, whatever their batch.
func otherGPUs(name string) (from []string, err error) {
	target, err := catalog.Find(name)
	if err != nil {
		return nil, err
	}
	for _, e := range catalog.Entries() {
		if e.IsSource() && (e.GPU != target.GPU || e.Origin != target.Origin) {
			from = append(from, e.Name)
		}
	}
	return from, nil
}
