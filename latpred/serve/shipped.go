package serve

import (
	"context"

	"github.com/ofalat/ofalat/latpred/catalog"
)

// Shipped makes a device of each entry of package catalog, in their order. Entries of
// spaces that tie choices to each other (CompOFA's) are left out: the full spaces contain
// all their networks, and their labels wrongly ignore the resolution.
func Shipped() ([]*Device, error) {
	var list []*Device
	for _, e := range catalog.Entries() {
		if e.Tied() {
			continue
		}
		d, err := FromEntry(e)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// FromEntry makes a device of an entry of package catalog. If the predictor's error is to
// be computed on measured networks, both are made when the device is first asked or the
// server prepares it; other predictors are made at once.
func FromEntry(e *catalog.Entry) (*Device, error) {
	open := func() (prediction, error) {
		p, err := e.Predictor(context.Background())
		if err != nil {
			return prediction{}, err
		}
		percent, err := e.ErrorPercent(p)
		return prediction{p, percent}, err
	}
	measured, err := e.Resolutions()
	if err != nil {
		return nil, err
	}
	d := newDevice(e.Name, e.Title, measuredOf(e.Space, measured), e.Kind, open)
	d.Hardware, d.Origin, d.Batch = e.Hardware, e.Origin, e.Batch
	if !e.Judged() {
		_, _ = d.prepared() // it is quick; an error comes back when the device is asked
	}
	return d, nil
}
