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

// Entry is a set of measurements on a device, or a lookup table of it, that ships with the
// project. Entries are shared and must not be changed; they are safe for concurrent use.
type Entry struct {
	Name     string // "p40-b64"
	Alias    string // its name upstream; "": none
	Title    string // for people: hardware, batch, laboratory
	Device   string // hardware, runtime and batch
	Hardware string // the hardware alone, for people; "": not known
	Origin   string // origin of the data: a repository, or "this project"
	Batch    int    // images in a pass; 0: not known
	GPU      string // the device's data sheet, see gpu.ByID; "": it is no GPU, or not known
	Space    *space.Space
	Kind     string // kind of Predictor: latpred.KindLookup, KindTable, KindLinear or KindAdapted

	set      *dataset.Info // the set; nil: a table alone
	table    string        // name of its lookup table, see lut.Open; "": none
	judge    *dataset.Info // set whose test rows Predictor was not made from; nil: none
	isSource bool
}

// Entries lists the entries of OFA's spaces: sets in the order of their index, then the
// lookup tables whose entry is not a set. Benchmarks lists the others.
func Entries() []*Entry { return slices.Clone(entries()) }

// Benchmarks lists the entries of other spaces: the same networks on dozens of devices. Find
// finds them too. They are no sources of Sources; TransferShipped has those of their spaces.
func Benchmarks() []*Entry { return slices.Clone(benchmarks()) }

var entries = sync.OnceValue(func() (list []*Entry) {
	sets := dataset.Index()
	for i := range sets {
		if sets[i].Column == "" {
			list = append(list, ofSet(&sets[i]))
		}
	}
	for _, t := range lut.Index() {
		if !slices.ContainsFunc(list, func(e *Entry) bool { return e.Name == t.Entry }) {
			list = append(list, ofTable(t, sets))
		}
	}
	return list
})

var benchmarks = sync.OnceValue(func() (list []*Entry) {
	sets := dataset.Index()
	for i := range sets {
		if sets[i].Column != "" {
			list = append(list, ofSet(&sets[i]))
		}
	}
	return list
})

// ofSet makes the entry of a set. Its predictor is
//
//   - a lookup table, if the labels are sums over one;
//   - the closed form of all rows, if the space ties choices to each other, so that the
//     set has few distinct networks;
//   - a model that knows which layers have an effect, adapted to some of the first rows, if
//     networks without one were not run, which no sum over layers expresses;
//   - else a table, fitted to the first rows and judged by the last.
func ofSet(info *dataset.Info) *Entry {
	e := describe(info)
	e.Name, e.Alias, e.Title, e.set = info.Name, info.Alias, info.Title, info
	e.Space = mustSpace(info.SpaceID)
	e.isSource = !tied(e.Space) && info.Column == ""
	switch {
	case info.SumsOf != "":
		e.Kind = latpred.KindLookup
	case tied(e.Space):
		e.Kind = latpred.KindLinear
	case info.NotRun:
		e.Kind, e.judge = latpred.KindAdapted, info
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

// ofTable makes the entry of a lookup table that belongs to no set.
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

// describe begins an entry with what a set says about its device.
func describe(info *dataset.Info) *Entry {
	return &Entry{Device: info.Device, Hardware: info.Hardware, Origin: cmp.Or(info.Repository, "this project"), Batch: info.Batch, GPU: info.GPU}
}

// mustSpace finds a space that the index names; a test reads the whole index.
func mustSpace(id string) *space.Space {
	s, err := space.ByID(id)
	if err != nil {
		panic("catalog: " + err.Error())
	}
	return s
}

// tied reports whether a space ties choices, as CompOFA's do.
func tied(s *space.Space) bool { return s.Ties != nil }

// Tied reports whether the entry's networks are only a part of their family, because the
// space ties choices to each other. Such an entry is no source, and need not be shown
// beside that of the whole space.
func (e *Entry) Tied() bool { return tied(e.Space) }

// Benchmark is the name of the benchmark, "fbnet" or "nasbench201", with which the entry's name
// begins; "" of an entry that is none of Benchmarks.
func (e *Entry) Benchmark() string {
	if e.set == nil || e.set.Column == "" {
		return ""
	}
	name, _, _ := strings.Cut(e.Alias, "/")
	return name
}

// Find finds an entry, of a benchmark or not, by its name or alias; the error lists the names.
func Find(name string) (*Entry, error) {
	for _, list := range [][]*Entry{entries(), benchmarks()} {
		for _, e := range list {
			if name == e.Name || name != "" && name == e.Alias {
				return e, nil
			}
		}
	}
	return nil, fmt.Errorf("nothing that ships is called %q: there are %s", name, shippedEntries())
}

// shippedEntries lists the names of Entries, and says where those of Benchmarks are.
func shippedEntries() string {
	var names []string
	for _, e := range entries() {
		names = append(names, e.Name)
	}
	text := strings.Join(names, ", ")
	if list := benchmarks(); len(list) > 0 {
		text += fmt.Sprintf(", and %d of other spaces, such as %s, which latpred data list shows", len(list), list[0].Name)
	}
	return text
}

// Set reads the entry's rows. It errs if the entry is a lookup table alone.
func (e *Entry) Set() (*dataset.Set, error) {
	if e.set == nil {
		return nil, fmt.Errorf("%s is a lookup table: it has no rows", e.Name)
	}
	return dataset.Open(e.set.Name)
}

// Table gives the lookup table of the device. It is shared and must not be changed. It
// errs if the device has none, as most do.
func (e *Entry) Table() (*lut.Table, error) {
	if e.table == "" {
		return nil, fmt.Errorf("there is no lookup table of %s", e.Name)
	}
	return lut.Open(e.table)
}

// Resolutions lists the resolutions, in pixels and ascending, that a search with the
// entry's predictor draws: those of the space, without those that a lookup table lacks.
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

// Judged reports whether the entry has test rows for ErrorPercent.
func (e *Entry) Judged() bool { return e.judge != nil }

// ErrorPercent is the mean absolute percentage error (MAPE), in percent, of p on the test
// rows of the entry's set, from which Predictor was not made; 0 if the entry is not
// Judged.
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
