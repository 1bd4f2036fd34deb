package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
)

// Entry is one of the things that ship: a set of measurements of a device, or a lookup
// table of it.
type Entry struct {
	Name     string // "p40-b64"
	Alias    string // another name: upstream's; "": none
	Title    string // for people: hardware, batch, laboratory
	Device   string // hardware, runtime and batch
	Hardware string // the hardware alone, for people; "": not known
	Origin   string // whose data they are: a repository, or "this project"
	Batch    int    // images of a latency; 0: not known
	GPU      string // the device's data sheet, see gpu.ByID; "": it is no GPU, or not known
	Space    *space.Space
	Kind     string // of Predictor: latpred.KindLookup, KindTable or KindLinear

	set      *dataset.Info // its rows; nil: none
	table    string        // of its layers, see lut.Open; "": none
	judge    *dataset.Info // last rows are news to Predictor; nil: none
	isSource bool
}

// Entries lists all that ships: sets in the order of their index, then tables that
// have a name of their own beside the set of their device.
func Entries() []*Entry { return slices.Clone(entries()) }

var entries = sync.OnceValue(func() (list []*Entry) {
	sets := dataset.Index()
	for i := range sets {
		list = append(list, ofSet(&sets[i]))
	}
	for _, t := range lut.Index() {
		if !slices.ContainsFunc(list, func(e *Entry) bool { return e.Name == t.Entry }) {
			list = append(list, ofTable(t, sets))
		}
	}
	return list
})

// ofSet makes the entry of a set. What predicts it:
//
//   - a lookup table, where the labels are sums over one;
//   - the closed form of all rows, where the space ties choices to each other, so that
//     the set has few distinct networks;
//   - a table, fitted to the first rows and judged by the last, elsewhere.
func ofSet(info *dataset.Info) *Entry {
	e := describe(info)
	e.Name, e.Alias, e.Title, e.set = info.Name, info.Alias, info.Title, info
	e.Space = mustSpace(info.SpaceID)
	e.isSource = !tied(e.Space)
	switch {
	case info.SumsOf != "":
		e.Kind = latpred.KindLookup
	case tied(e.Space):
		e.Kind = latpred.KindLinear
	default:
		e.Kind, e.judge = latpred.KindTable, info
	}
	e.table = info.SumsOf
	for _, t := range lut.Index() {
		if t.Set == info.Name {
			e.table = t.Name
		}
	}
	return e
}

// ofTable makes the entry of a table that is no set's.
func ofTable(t lut.Shipped, sets []dataset.Info) *Entry {
	e := &Entry{Origin: "this project"}
	if at := slices.IndexFunc(sets, func(info dataset.Info) bool { return info.Name == t.Set }); at >= 0 {
		e = describe(&sets[at])
		e.judge = &sets[at]
	}
	e.Name, e.Title, e.table = t.Entry, t.Title, t.Name
	e.Device = cmp.Or(e.Device, t.Name)
	e.Kind, e.Space = latpred.KindLookup, mustSpace(t.SpaceID)
	return e
}

// describe says of a device what a set says.
func describe(info *dataset.Info) *Entry {
	return &Entry{Device: info.Device, Hardware: info.Hardware, Origin: cmp.Or(info.Repository, "this project"), Batch: info.Batch, GPU: info.GPU}
}

// mustSpace is for what the index says, which a test reads whole.
func mustSpace(id string) *space.Space {
	s, err := space.ByID(id)
	if err != nil {
		panic("catalog: " + err.Error())
	}
	return s
}

// tied reports whether choices of a space are tied to each other, as CompOFA's are.
func tied(s *space.Space) bool { return s.Ties != nil }

// Tied reports whether the entry's networks are but a part of those of its family,
// since the space ties choices to each other. Such an entry is no source, and needs
// not be shown beside that of the whole space.
func (e *Entry) Tied() bool { return tied(e.Space) }

// Find gives an entry by its name or alias; the error lists the names.
func Find(name string) (*Entry, error) {
	var names []string
	for _, e := range entries() {
		if name == e.Name || name != "" && name == e.Alias {
			return e, nil
		}
		names = append(names, e.Name)
	}
	return nil, fmt.Errorf("nothing that ships is called %q: there are %s", name, strings.Join(names, ", "))
}

// Set reads the rows. An entry that is a table alone has none, which is an error.
func (e *Entry) Set() (*dataset.Set, error) {
	if e.set == nil {
		return nil, fmt.Errorf("%s is a lookup table: it has no rows", e.Name)
	}
	return dataset.Open(e.set.Name)
}

// Table gives the lookup table of the device, which must not be changed. Most devices
// have none, which is an error.
func (e *Entry) Table() (*lut.Table, error) {
	if e.table == "" {
		return nil, fmt.Errorf("there is no lookup table of %s", e.Name)
	}
	return lut.Open(e.table)
}

// Resolutions lists those that a search with the entry's predictor draws, ascending:
// those of the space, of a lookup table those that it has too.
func (e *Entry) Resolutions() ([]int, error) {
	if e.Kind != latpred.KindLookup {
		return slices.Clone(e.Space.Resolutions), nil
	}
	t, err := e.Table()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(e.Space.Resolutions), func(r int) bool { return t.Rows[r] == nil }), nil
}

// Judged reports whether ErrorPercent has networks to judge by.
func (e *Entry) Judged() bool { return e.judge != nil }

// ErrorPercent is the mean error of a predictor of the entry on measured networks that
// Predictor's were not made from; 0 where there are none.
func (e *Entry) ErrorPercent(p latpred.Predictor) (float64, error) {
	if e.judge == nil {
		return 0, nil
	}
	set, err := dataset.Open(e.judge.Name)
	if err != nil {
		return 0, err
	}
	set = set.Subset(set.SplitFileOrder().Test)
	ms := make([]float64, set.Rows)
	if err := p.PredictMs(ms, set.Archs()); err != nil {
		return 0, fmt.Errorf("set %s: %w", set.Name, err)
	}
	return 100 * metric.MAPE(ms, set.LatenciesMs()), nil
}
