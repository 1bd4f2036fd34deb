package experiment

import (
	"slices"

	"github.com/ofalat/ofalat/latpred/figure"
	"gonum.org/v1/plot"
)

// bars draws the tasks beside what is published; of those without all devices ours alone.
func (t *transferRun) bars() error {
	values := make([][]float64, 5)
	var names []string
	for i, name := range t.names {
		whole := slices.Contains(t.complete, name)
		for k, v := range t.ranks[i] {
			if k > 1 && !whole {
				v = 0
			}
			values[k] = append(values[k], v)
		}
		if !whole {
			name += "\nin part"
		}
		names = append(names, name)
	}
	p, err := figure.Bars("20 measurements of a device and other devices' tables", "rank correlation", names,
		[]string{"ours, random", "ours, designed", "NASFLAT", "HELP", "MultiPredict"}, values)
	if err != nil {
		return err
	}
	p.Y.Tick.Marker = upToOne{p.Y.Tick.Marker}
	t.result.Figures = append(t.result.Figures, figure.Named{Name: "transfer", Plot: p})
	return nil
}

// upToOne leaves out the ticks that no rank correlation reaches; the legend stands there.
type upToOne struct{ plot.Ticker }

// Ticks implements plot.Ticker.
func (u upToOne) Ticks(low, high float64) []plot.Tick {
	return slices.DeleteFunc(u.Ticker.Ticks(low, high), func(t plot.Tick) bool { return t.Value > 1 })
}
