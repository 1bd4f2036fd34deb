package transfer

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/helpsets"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/mat"
)

type devTask struct {
	name, space      string
	sources, targets []string
}

var devTasks = []devTask{
	{"FD", "fbnet-cifar100", strings.Fields("1080ti_1 1080ti_32 1080ti_64 silver_4114 silver_4210r samsung_a50 pixel3 essential_ph_1 samsung_s7"), strings.Fields("fpga raspi4 eyeriss")},
	{"F1", "fbnet-cifar100", strings.Fields("2080ti_1 essential_ph_1 silver_4114 titan_rtx_1 titan_rtx_32"), strings.Fields("eyeriss fpga raspi4 samsung_a50 samsung_s7")},
	{"F2p", "fbnet-cifar100", strings.Fields("essential_ph_1 pixel3 raspi4"), strings.Fields("1080ti_1 1080ti_32 titan_rtx_1")},
	{"FAp", "fbnet-cifar100", strings.Fields("1080ti_1 1080ti_32 1080ti_64 2080ti_1 titan_rtx_1 titan_rtx_32"), strings.Fields("essential_ph_1 samsung_s7")},
	{"ND", "nasbench201", strings.Fields("1080ti_1 1080ti_32 1080ti_256 silver_4114 silver_4210r samsung_a50 pixel3 essential_ph_1 samsung_s7"), strings.Fields("titan_rtx_256 gold_6226 fpga pixel2 raspi4 eyeriss")},
}

type devSpace struct {
	f    *Features
	rows *mat.Dense
	ms   map[string][]float64
}

func rowsOf(m *mat.Dense, idx []int) *mat.Dense {
	_, p := m.Dims()
	out := mat.NewDense(len(idx), p, nil)
	for i, k := range idx {
		out.SetRow(i, m.RawRowView(k))
	}
	return out
}
func pickOf(v []float64, idx []int) (out []float64) {
	for _, k := range idx {
		out = append(out, v[k])
	}
	return
}

func klass(d string) string {
	switch {
	case strings.HasPrefix(d, "1080") || strings.HasPrefix(d, "2080") || strings.HasPrefix(d, "titan"):
		return "gpu"
	case strings.HasPrefix(d, "gold") || strings.HasPrefix(d, "silver"):
		return "cpu"
	case d == "fpga" || d == "eyeriss" || d == "raspi4":
		return d
	}
	return "phone"
}

type devScore struct{ rho, mape, cover float64 }

var devZ []float64

func devShot(d *devSpace, sources []*Source, y []float64, k int, designed bool, prior Prior, n int) devScore {
	l, err := NewLearner(d.f, sources, prior)
	if err != nil {
		panic(err)
	}
	rng := random.Stream(uint64(k), "target")
	total, _ := d.rows.Dims()
	perm := rng.Perm(total)
	q := perm[:n]
	if designed {
		pool := perm[:400]
		q = nil
		for _, i := range l.Design(rowsOf(d.rows, pool), n) {
			q = append(q, pool[i])
		}
	}
	yy := pickOf(y, q)
	if os.Getenv("DEV_LOG") != "" {
		yy = nil
		for _, i := range q {
			yy = append(yy, math.Log(y[i])+20)
		}
	}
	m, err := l.Fit(rowsOf(d.rows, q), yy)
	if err != nil {
		panic(err)
	}
	test := perm[2500:4500]
	pred := make([]float64, len(test))
	var out devScore
	for i, r := range test {
		pred[i] = m.mean(d.rows.RawRowView(r))
		if os.Getenv("DEV_LOG") != "" {
			pred[i] = math.Exp(pred[i] - 20)
		}
		if i < 200 {
			sd := m.SpreadMs(d.rows.RawRowView(r))
			devZ = append(devZ, math.Abs(pred[i]-y[r])/sd)
			if e := pred[i] - y[r]; e < 1.645*sd && e > -1.645*sd {
				out.cover += 1. / 200
			}
		}
	}
	out.rho, out.mape = metric.Spearman(pred, pickOf(y, test)), metric.MAPE(pred, pickOf(y, test))
	return out
}

func TestDev(t *testing.T) {
	only := os.Getenv("DEV_TASKS")
	if only == "" {
		t.Skip()
	}
	draws := 24
	if v := os.Getenv("DEV_DRAWS"); v != "" {
		fmt.Sscan(v, &draws)
	}
	devN := 20
	if v := os.Getenv("DEV_N"); v != "" {
		fmt.Sscan(v, &devN)
	}
	prior := devPrior(os.Getenv("DEV_PRIOR"))
	spaces := map[string]*devSpace{}
	grand := map[string]float64{}
	for _, task := range devTasks {
		if only != "all" && !slices.Contains(strings.Split(only, ","), task.name) {
			continue
		}
		d := spaces[task.space]
		if d == nil {
			s, _ := space.ByID(task.space)
			h := helpsets.Tables(t, s)
			d = &devSpace{f: FeaturesOf(s), ms: map[string][]float64{}}
			var err error
			if d.rows, err = d.f.Rows(h.Archs); err != nil {
				t.Fatal(err)
			}
			names, _ := h.Devices()
			for _, n := range names {
				d.ms[n], err = h.LatenciesMs(n)
				if err != nil {
					fmt.Println(err)
				}
			}
			spaces[task.space] = d
		}
		n, _ := d.rows.Dims()
		var sets [2][]*Source
		for k := range sets {
			idx := random.Stream(uint64(k), "source rows").Perm(n)[:800]
			for _, name := range task.sources {
				s, err := FitSource(name, d.f, rowsOf(d.rows, idx), pickOf(d.ms[name], idx))
				if err != nil {
					t.Fatal(err)
				}
				sets[k] = append(sets[k], s)
			}
		}
		for _, mode := range strings.Split(os.Getenv("DEV_MODES"), ",") {
			line := task.name + " " + mode
			targets := task.targets
			if mode != "target" {
				targets = task.sources
			}
			for _, designed := range []bool{false, true} {
				var total, mape, cover float64
				var all []string
				for _, target := range targets {
					var sum devScore
					for k := range draws {
						var sources []*Source
						for _, s := range sets[k%2] {
							if s.Name != target && (mode != "loco" || klass(s.Name) != klass(target)) {
								sources = append(sources, s)
							}
						}
						v := devShot(d, sources, d.ms[target], k, designed, prior, devN)
						sum.rho += v.rho / float64(draws)
						sum.mape += v.mape / float64(draws)
						sum.cover += v.cover / float64(draws)
					}
					total += sum.rho / float64(len(targets))
					mape += sum.mape / float64(len(targets))
					cover += sum.cover / float64(len(targets))
					all = append(all, fmt.Sprintf("%s %.3f/%.2f", target, sum.rho, sum.cover))
				}
				grand[fmt.Sprint(mode, designed)] += total / float64(len(devTasks))
				line += fmt.Sprintf("  %.4f (mape %.3f cover %.3f)", total, mape, cover)
				if os.Getenv("DEV_V") != "" {
					fmt.Println(all)
				}
			}
			fmt.Println(line)
		}
	}
	slices.Sort(devZ)
	for _, l := range []float64{.5, .8, .9, .95, .99} {
		fmt.Print(l, " ", devZ[int(l*float64(len(devZ)))], "  ")
	}
	fmt.Println(os.Getenv("DEV_PRIOR"), grand)
}

func devPrior(text string) Prior {
	p := DefaultPrior()
	for _, w := range strings.Fields(text) {
		name, value, _ := strings.Cut(w, "=")
		var v float64
		fmt.Sscan(value, &v)
		switch name {
		case "slope":
			p.Slope = v
		case "base":
			p.Base = v
		case "src":
			p.Sources = v
		case "phys":
			p.Blocks[Physics] = v
		case "sp":
			p.Blocks[StagePhysics] = v
		case "op":
			p.Blocks[Choices] = v
		case "stg":
			p.Blocks[Stages] = v
		case "slot":
			p.Blocks[Slots] = v
		case "tau":
			p.Tails = v
		case "free":
			p.Freedom = v
		case "pm":
			p.MeanShare = v
		case "pe":
			p.SourceShare = v
		case "pp":
			p.PhysicsShare = v
		default:
			panic(name)
		}
	}
	return p
}
