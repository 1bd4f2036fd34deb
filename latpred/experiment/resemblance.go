package experiment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/metric"
	"gonum.org/v1/plot"
)

// Resemblance says how alike the devices of a benchmark, which measured the same networks,
// rank these.
type Resemblance struct {
	Devices []dataset.Info // that ship, by class and then by batch
	Ranks   [][]float64    // rank correlation of the latencies of each pair, in the order of Devices
}

// hardwareClasses are the classes of hardware in the order of Resemblance.
var hardwareClasses = []string{"graphics card", "processor", "phone", "accelerator", ""}

// Resemble compares the devices that ship for a space. It errs if there are none.
func Resemble(spaceID string) (*Resemblance, error) {
	r := &Resemblance{}
	for _, info := range dataset.Index() {
		if info.SpaceID == spaceID && info.Column != "" {
			r.Devices = append(r.Devices, info)
		}
	}
	if len(r.Devices) == 0 {
		return nil, fmt.Errorf("no devices ship for the space %s", spaceID)
	}
	class := func(d dataset.Info) int { return slices.Index(hardwareClasses, d.Class) }
	slices.SortStableFunc(r.Devices, func(a, b dataset.Info) int {
		if d := class(a) - class(b); d != 0 {
			return d
		}
		return a.Batch - b.Batch
	})
	latencies := make([][]float64, len(r.Devices))
	for i, d := range r.Devices {
		set, err := dataset.Open(d.Name)
		if err != nil {
			return nil, err
		}
		latencies[i] = set.LatenciesMs()
		r.Ranks = append(r.Ranks, make([]float64, len(r.Devices)))
		for j := range i + 1 {
			rank := metric.Spearman(latencies[i], latencies[j])
			r.Ranks[i][j], r.Ranks[j][i] = rank, rank
		}
	}
	return r, nil
}

// Between gives the smallest and the largest rank correlation of a device of one class with
// another device of another class, which may be the same. found is false if there is no such
// pair.
func (r *Resemblance) Between(class, other string) (low, high float64, found bool) {
	low, high = 1, -1
	for i, a := range r.Devices {
		for j, b := range r.Devices {
			if i != j && a.Class == class && b.Class == other {
				low, high, found = min(low, r.Ranks[i][j]), max(high, r.Ranks[i][j]), true
			}
		}
	}
	return low, high, found
}

// Figure draws the rank correlations.
func (r *Resemblance) Figure(title string) (*plot.Plot, error) {
	var names []string
	var groups []figure.Group
	for _, d := range r.Devices {
		name, _, _ := strings.Cut(strings.TrimPrefix(d.Hardware, "an "), ",")
		if name == "" {
			name = d.Column
		}
		if d.Batch > 0 {
			name += fmt.Sprintf(" ×%d", d.Batch)
		}
		names = append(names, name)
		if n := len(groups); n > 0 && groups[n-1].Name == plural(d.Class) {
			groups[n-1].N++
			continue
		}
		groups = append(groups, figure.Group{Name: plural(d.Class), N: 1})
	}
	return figure.Correlations(title, "rank correlation", names, groups, r.Ranks)
}

func plural(class string) string {
	if class == "" {
		return "others"
	}
	return class + "s"
}
