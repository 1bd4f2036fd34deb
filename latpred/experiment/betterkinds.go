package experiment

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"gonum.org/v1/gonum/stat"
)

// deviceKinds are HELP's devices other than GPUs that are not the only one of their kind, as
// sets are called after the name of the benchmark.
var deviceKinds = []struct {
	name    string
	devices []string
}{
	{"processors", []string{"silver4114", "silver4210r", "gold6226", "gold6240"}},
	{"phones", []string{"pixel2", "pixel3", "essential-ph1", "samsung-a50", "samsung-s7"}},
}

// kindBenchmarks are the two spaces that they were measured in.
var kindBenchmarks = [2]string{"fbnet", "nasbench201"}

// tooFast is the share of a device's median latency below which a label is no pass of a
// network: some of the Pixel 3's in NAS-Bench-201 are a thousandth of it.
const tooFast = .05

// kinds predicts devices whose data sheets say little, processors and phones, from others of
// their kind: by the others' median for each network alone, by that and what the device was
// among them in the other space, and by that and one of its own rows.
func (b *betterRun) kinds() error {
	if b.tiny {
		return nil
	}
	for _, kind := range deviceKinds {
		var here [2]map[string][]float64 // logarithms of latencies by device, for each space
		for i, benchmark := range kindBenchmarks {
			var err error
			if here[i], err = logsOf(benchmark, kind.devices); err != nil {
				return err
			}
		}
		var never, elsewhere, once judgement
		for i, benchmark := range kindBenchmarks {
			for _, device := range kind.devices {
				own, measured := here[i][device]
				like := medianOf(here[i], kind.devices, device)
				if !measured || like == nil {
					continue
				}
				name := benchmark + "-" + device
				never.add(name, offBy(own, like, 0))
				once.add(name, b.offOnce(own, like))
				if shift, ok := amongOthers(here[1-i], here[i], kind.devices, device); ok {
					elsewhere.add(name, offBy(own, like, shift-middle(like)))
				}
			}
		}
		b.kindRow(kind.name, "never measured", never)
		b.kindRow(kind.name, "measured in the other space alone", elsewhere)
		b.kindRow(kind.name, "measured once", once)
	}
	return nil
}

func (b *betterRun) kindRow(kind, known string, off judgement) {
	b.reach(fmt.Sprintf("HELP's %s, %s: MAPE", kind, known), "%", 0, off.mean(), "median of the others of the kind, scaled",
		"no target; labels below a twentieth of the median are left out; of "+off.String()).Seen = "nothing was chosen; no row of the device but what is said"
}

// logsOf reads those of the devices that a benchmark has.
func logsOf(benchmark string, devices []string) (map[string][]float64, error) {
	out := map[string][]float64{}
	for _, info := range dataset.Index() {
		for _, device := range devices {
			if info.Name != benchmark+"-"+device {
				continue
			}
			set, err := dataset.Open(info.Name)
			if err != nil {
				return nil, err
			}
			for _, ms := range set.LatenciesMs() {
				out[device] = append(out[device], math.Log(ms))
			}
		}
	}
	return out, nil
}

// medianOf gives for each network the median over the measured devices but one; nil if there
// is none.
func medianOf(logs map[string][]float64, devices []string, but string) []float64 {
	var others [][]float64
	for _, device := range devices {
		if l, ok := logs[device]; ok && device != but {
			others = append(others, l)
		}
	}
	if others == nil {
		return nil
	}
	out, column := make([]float64, len(others[0])), make([]float64, len(others))
	for i := range out {
		for k, l := range others {
			column[k] = l[i]
		}
		out[i] = middle(column)
	}
	return out
}

// middle is the median.
func middle(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// amongOthers expects the median logarithm of a device here from what it is there: as much
// above or below the mean of the other devices that both have.
func amongOthers(there, here map[string][]float64, devices []string, device string) (float64, bool) {
	own, measured := there[device]
	var above, level []float64
	for _, other := range devices {
		t, inOne := there[other]
		h, inBoth := here[other]
		if measured && inOne && inBoth && other != device {
			above, level = append(above, middle(own)-middle(t)), append(level, middle(h))
		}
	}
	if above == nil {
		return 0, false
	}
	return stat.Mean(above, nil) + stat.Mean(level, nil), true
}

// offBy is the mean error in per cent of the others' median times e^shift.
func offBy(own, like []float64, shift float64) float64 {
	least := middle(own) + math.Log(tooFast)
	var pred, want []float64
	for i, l := range own {
		if l >= least {
			pred, want = append(pred, math.Exp(like[i]+shift)), append(want, math.Exp(l))
		}
	}
	return 100 * metric.MAPE(pred, want)
}

// offOnce is offBy after one row was measured, the mean over draws.
func (b *betterRun) offOnce(own, like []float64) float64 {
	var sum float64
	for draw := range b.draws {
		order := random.Stream(uint64(draw), "kinds").Perm(len(own))
		row := order[slices.IndexFunc(order, func(i int) bool { return own[i] >= middle(own)+math.Log(tooFast) })]
		sum += offBy(own, like, own[row]-like[row]) / float64(b.draws)
	}
	return sum
}
