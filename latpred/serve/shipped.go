package serve

import (
	"context"

	"github.com/ofalat/ofalat/latpred/catalog"
)

// Shipped lists the devices of the project: the entries of package catalog, in their
// order. Sets of spaces that tie choices to each other, CompOFA's, are left out: the
// full spaces have all their networks, and the labels of those that were measured
// don't depend on the resolution, as they should.
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

// FromEntry makes a device of what ships. A predictor that has to be compared with
// measured networks is made, and its error found, when it is first asked; others are
// there at once.
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
