package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

type lutCmd struct {
	Sum   lutSumCmd   `cmd:"" help:"Sum a table over an architecture."`
	Check lutCheckCmd `cmd:"" help:"Say which layers of a space a table has, where its rows come from, and what it cost."`
	Fit   lutFitCmd   `cmd:"" help:"Make a table from latencies of whole networks, or calibrate one with a few."`
	Write lutWriteCmd `cmd:"" help:"Write a table in OFA's format."`
}

// tableFlags name a table and its space.
type tableFlags struct {
	Table string `default:"note10" help:"Shipped table, or a file or folder: OFA's YAML, DynamicOFA's JSON, ProxylessNAS' YAML, our CSV, pickles of the same."`
	Space string `help:"Search space (default: the one whose layers the table has)." predictor:"space"`
}

func (f *tableFlags) open() (*lut.Table, *space.Space, error) {
	t, err := lut.Open(f.Table)
	if err != nil {
		return nil, nil, err
	}
	id := f.Space
	if id == "" {
		if id = t.SpaceID; id == "" {
			return nil, nil, fmt.Errorf("table %s has the layers of no space: say with --space which one it is meant for, and lut check says what is missing", f.Table)
		}
	}
	s, err := space.ByID(id)
	return t, s, err
}

type lutSumCmd struct {
	tableFlags
	archArgument
}

// summed is the result of lut sum --json.
type summed struct {
	Arch      space.Arch `json:"arch"`
	Device    string     `json:"device"`
	LatencyMs float64    `json:"latency_ms"`
}

// Run prints the latency that the table gives.
func (c *lutSumCmd) Run(out *output) error {
	t, s, err := c.open()
	if err != nil {
		return err
	}
	a, err := c.in(s)
	if err != nil {
		return err
	}
	if err := checkTable(c.Table, t, s); err != nil {
		return err
	}
	ms, err := t.LatencyMs(s, a)
	if err != nil {
		return err
	}
	warnings, err := audit.Units(&dataset.Set{Samples: []dataset.Sample{{Arch: a, LatencyMs: ms}}})
	if err != nil {
		return err
	}
	logWarnings(out, warnings)
	if out.JSON() {
		return out.Emit(summed{a, t.Device, ms})
	}
	out.Printf("%v ms\n", ms)
	return nil
}

type lutCheckCmd struct {
	tableFlags
}

// coverage is one resolution in the output of lut check --json.
type coverage struct {
	Resolution int      `json:"resolution"`
	Entries    int      `json:"entries"`
	CostMs     *float64 `json:"cost_ms"` // null: counts of runs are not known
	NoCount    int      `json:"rows_without_count,omitempty"`
	NoStd      int      `json:"rows_without_std,omitempty"`
	Missing    []string `json:"missing"`
	Copied     []string `json:"copied,omitempty"` // rows that are another device's
}

// Run asks the table for every choice of kernel and expansion at each resolution,
// and whether rows are those of a table that ships.
func (c *lutCheckCmd) Run(out *output) error {
	table, s, err := c.open()
	if err != nil {
		return err
	}
	copied, from := copiedRows(table)
	var list []coverage
	var rows [][]string
	lacking := 0
	for _, r := range table.Resolutions() {
		missing := table.Missing(s, r)
		cost, text := costOf(table, r)
		counts, stds := table.Unknown(r)
		list = append(list, coverage{r, len(table.Rows[r]), cost, counts, stds, append([]string{}, missing...), copied[r]})
		rows = append(rows, []string{fmt.Sprint(r), fmt.Sprint(len(table.Rows[r])), text, fmt.Sprint(len(missing))})
		lacking += len(missing)
	}
	if out.JSON() {
		if err := out.Emit(list); err != nil {
			return err
		}
	}
	out.Table([]string{"resolution", "entries", "count × mean (ms)", "layers missing"}, rows)
	for _, l := range list {
		if l.NoCount+l.NoStd > 0 {
			out.Printf("not known at %d: the number of runs of %d rows, the standard deviation of %d; sums need neither\n", l.Resolution, l.NoCount, l.NoStd)
		}
	}
	for _, l := range list {
		for _, key := range l.Missing {
			out.Printf("missing at %d: %s\n", l.Resolution, key)
		}
	}
	if len(copied) > 0 {
		r := slices.Sorted(maps.Keys(copied))[0]
		out.Printf("mixed: rows are copied from %s, at %d: %s\n", from, r, strings.Join(copied[r], ", "))
	}
	var errs []error
	if lacking > 0 {
		errs = append(errs, errors.New("the table does not cover "+s.ID+": is it of another width?"))
	}
	if len(copied) > 0 {
		errs = append(errs, fmt.Errorf("the table mixes devices: at %d resolutions rows are those of %s, to the last digit; sums over it mean nothing", len(copied), from))
	}
	return errors.Join(errs...)
}

// costOf is the time that measuring a table's rows at a resolution took, in milliseconds, and
// its text; nil if the table does not tell.
func costOf(t *lut.Table, resolution int) (*float64, string) {
	ms := t.Cost(resolution)
	if math.IsNaN(ms) {
		return nil, "unknown"
	}
	return &ms, fmt.Sprintf("%.1f", ms)
}

// copiedRows compares a table with those that ship.
func copiedRows(t *lut.Table) (copied map[int][]string, from string) {
	for _, name := range lut.Names() {
		other, err := lut.Open(name)
		if err != nil || name == t.Device {
			continue
		}
		found := t.CopiedFrom(other)
		entries := 0
		for r := range found {
			entries += len(t.Rows[r]) - len(found[r])
		}
		if len(found) > 0 && entries > 0 { // all rows: it is that table
			return found, name
		}
	}
	return nil, ""
}

type lutFitCmd struct {
	rowFlags
	Data  string `required:"" help:"Measured whole networks: a shipped set or a CSV file." predictor:"name"`
	Table string `help:"Calibrate this table, instead of fitting one: two numbers, from three networks on."`
	Space string `help:"Search space (default: the set's or the table's)." predictor:"space"`
	Out   string `required:"" help:"Folder to write OFA's files to." type:"path"`
}

// fitted is the result of lut fit --json.
type fitted struct {
	Files       []string          `json:"files"`
	Fit         []lut.Fitted      `json:"fit,omitempty"`
	Calibration *lut.Calibration  `json:"calibration,omitempty"`
	Warnings    []latpred.Warning `json:"warnings,omitempty"` // how the file was read, and doubts about the labels
}

// Run fits or calibrates.
func (c *lutFitCmd) Run(out *output) error {
	if err := folder(c.Out); err != nil {
		return err
	}
	set, err := c.openSet(out, c.Data, c.Space)
	if err != nil {
		return err
	}
	var r fitted
	if r.Warnings, err = learnable(out, set, c.Space); err != nil {
		return err
	}
	var table *lut.Table
	if c.Table != "" {
		flags := tableFlags{c.Table, c.Space}
		raw, s, err := flags.open()
		if err != nil {
			return err
		}
		if err := checkTable(c.Table, raw, s); err != nil {
			return err
		}
		if err := set.Of(s); err != nil {
			return err
		}
		calibration, err := raw.Calibrate(s, set.Archs(), set.LatenciesMs())
		if err != nil {
			return err
		}
		r.Calibration = &calibration
		if table, err = calibration.Apply(raw); err != nil {
			return err
		}
	} else if table, r.Fit, err = c.fit(set); err != nil {
		return err
	}
	if r.Files, err = lut.WriteDir(c.Out, table); err != nil {
		return err
	}
	if out.JSON() {
		return out.Emit(r)
	}
	if k := r.Calibration; k != nil {
		out.Printf("whole = %.4g ms + %.4g × sum, from %d networks; rms error %.2f %% (each by the others'), %.2f %% before\n",
			k.OffsetMs, k.Factor, k.Rows, 100*k.RMS, 100*k.RawRMS)
	}
	var rows [][]string
	for _, f := range r.Fit {
		rows = append(rows, []string{fmt.Sprint(f.Resolution), fmt.Sprint(f.Rows), fmt.Sprintf("%.2f", 100*f.RMS), fmt.Sprint(f.Clipped)})
	}
	if rows != nil {
		out.Table([]string{"resolution", "rows", "rms error, % (left out)", "layers at zero"}, rows)
	}
	out.Printf("%s\n", strings.Join(r.Files, "\n"))
	return nil
}

func (c *lutFitCmd) fit(set *dataset.Set) (*lut.Table, []lut.Fitted, error) {
	id := c.Space
	if id == "" {
		if id = set.SpaceID; id == "" {
			return nil, nil, errors.New("a file of measurements does not say of which width the networks are: --space mbv3-w1.0, for example")
		}
	}
	s, err := space.ByID(id)
	if err != nil {
		return nil, nil, err
	}
	return lut.Fit(s, set.Archs(), set.LatenciesMs())
}

// writtenTable is the result of lut write --json.
type writtenTable struct {
	Files []string `json:"files"`
}

type lutWriteCmd struct {
	Table string `default:"note10" help:"Shipped table, or a file or folder in any format that lut check reads."`
	Out   string `required:"" help:"Folder to write to, one file a resolution." type:"path"`
}

// Run writes the table in OFA's format.
func (c *lutWriteCmd) Run(out *output) error {
	t, err := lut.Open(c.Table)
	if err != nil {
		return err
	}
	files, err := lut.WriteDir(c.Out, t)
	if err != nil {
		return err
	}
	if out.JSON() {
		return out.Emit(writtenTable{files})
	}
	out.Printf("%s\n", strings.Join(files, "\n"))
	return nil
}
