package measure

import (
	"context"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

// TableUnits makes a unit of every distinct layer that networks of s have at a
// resolution. Their keys are lut.Key.
func TableUnits(s *space.Space, resolution int, prepare func(space.Layer) (Subject, error)) []Unit {
	var units []Unit
	for _, l := range lut.Layers(s, resolution) {
		units = append(units, Unit{lut.Key(l), func(context.Context) (Subject, error) { return prepare(l) }})
	}
	return units
}

// Rows returns the rows of a lookup table by layer key, one for each unit of the finished
// groups. An entry's Count is the number of timed runs, its MeanMs the label and its
// StdMs the standard deviation of the rounds' fastest runs.
func (j *Journal) Rows() map[string]lut.Entry {
	rows := map[string]lut.Entry{}
	for _, r := range j.Results() {
		rows[r.Key] = lut.Entry{Count: r.Runs, MeanMs: precise(r.LatencyMs), StdMs: precise(r.StdMs)}
	}
	return rows
}
