package transfer

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

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

func TestDev(t *testing.T) {
	only := os.Getenv("DEV_TASKS")
	if only == "" {
		t.Skip()
	}
	draws := 12
	spaces := map[string]*devSpace{}
	for _, task := range devTasks {
		if only != "all" && !slices.Contains(strings.Split(only, ","), task.name) {
			continue
		}
		d := spaces[task.space]
		if d == nil {
			s, _ := space.ByID(task.space)
			h := helpsets.Tables(t, s)
			start := time.Now()
			d = &devSpace{f: FeaturesOf(s), ms: map[string][]float64{}}
			fmt.Println(task.space, d.f.Columns(), d.f.PhysicsNames(), d.f.first, time.Since(start))
			start = time.Now()
			var err error
			if d.rows, err = d.f.Rows(h.Archs); err != nil {
				t.Fatal(err)
			}
			fmt.Println("rows", time.Since(start))
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
		start := time.Now()
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
		fmt.Println("sources", time.Since(start))
		for _, designed := range []bool{false, true} {
			var all []string
			var total float64
			start := time.Now()
			for _, target := range task.targets {
				y := d.ms[target]
				if y == nil {
					continue
				}
				var sum, cover, mape, width float64
				for k := range draws {
					l, err := NewLearner(d.f, sets[k%len(sets)], DefaultPrior())
					if err != nil {
						t.Fatal(err)
					}
					rng := random.Stream(uint64(k), "target")
					perm := rng.Perm(n)
					q := perm[:20]
					if designed {
						pool := perm[:400]
						q = nil
						for _, i := range l.Design(rowsOf(d.rows, pool), 20) {
							q = append(q, pool[i])
						}
					}
					m, err := l.Fit(rowsOf(d.rows, q), pickOf(y, q))
					if err != nil {
						t.Fatal(err)
					}
					var pred, want []float64
					for i := range n {
						if !slices.Contains(q, i) {
							pred, want = append(pred, m.meanOf(d.rows.RawRowView(i))), append(want, y[i])
						}
					}
					sum += metric.Spearman(pred, want)
					mape += metric.MAPE(pred, want)
					for j := range 300 {
						i := perm[len(perm)-1-j]
						sd := m.spreadOf(d.rows.RawRowView(i))
						e := m.meanOf(d.rows.RawRowView(i)) - y[i]
						if e < 1.645*sd && e > -1.645*sd {
							cover += 1. / 300
						}
						width += sd / m.meanMs / 300
					}
				}
				all = append(all, fmt.Sprintf("%s %.4f/%.3f/%.2f", target, sum/float64(draws), mape/float64(draws), cover/float64(draws)))
				total += sum / float64(draws) / float64(len(task.targets))
			}
			fmt.Println(task.name, designed, fmt.Sprintf("%.4f", total), all, time.Since(start))
		}
	}
}
