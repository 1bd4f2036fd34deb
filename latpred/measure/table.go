package measure

import (
	"context"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

// TableUnits makes a unit of every layer that networks of s have at a resolution;
// keys are those of lookup tables.
func TableUnits(s *space.Space, resolution int, prepare func(space.Layer) (Subject, error)) []Unit {
	var units []Unit
	for _, l := range lut.Layers(s, resolution) {
		units = append(units, Unit{lut.Key(l), func(context.Context) (Subject, error) { return prepare(l) }})
	}
	return units
}

// Rows gives the rows of a lookup table, one for each unit of a journal's finished
// groups: count is the number of timed runs, mean the label, std its deviation over
// the rounds.
func (j *Journal) Rows() map[string]lut.Entry {
	rows := map[string]lut.Entry{}
	for _, r := range j.Results() {
		rows[r.Key] = lut.Entry{Count: r.Runs, MeanMs: precise(r.LatencyMs), StdMs: precise(r.StdMs)}
	}
	return rows
}
