package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/figure"
	"gonum.org/v1/gonum/stat"
)

// Profile is the amount of computation.
type Profile string

// The profiles.
const (
	Quick Profile = "quick" // seconds: fewer epochs, rows and seeds
	Full  Profile = "full"  // the paper's sizes, five seeds
)

// ParseProfile returns the profile of that name; "" stands for Quick. It errs on others.
func ParseProfile(name string) (Profile, error) {
	switch p := Profile(name); p {
	case "":
		return Quick, nil
	case Quick, Full:
		return p, nil
	}
	return "", fmt.Errorf("no profile %q: there are %s and %s", name, Quick, Full)
}

// Number is a value that may be missing. A missing value is NaN, and null in JSON.
type Number float64

// None is a missing value.
var None = Number(math.NaN())

// Missing reports whether there is no value.
func (n Number) Missing() bool { return math.IsNaN(float64(n)) }

// MarshalJSON writes null for a missing or infinite value.
func (n Number) MarshalJSON() ([]byte, error) {
	if n.Missing() || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads null as a missing value.
func (n *Number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = None
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

// String returns the value with four significant digits, a whole number below 1e9 in full,
// or a dash for a missing value.
func (n Number) String() string {
	if n.Missing() {
		return "–"
	}
	if v := float64(n); v == math.Trunc(v) && math.Abs(v) < 1e9 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.4g", float64(n))
}

// Row holds the values of one quantity; any of them may be missing.
type Row struct {
	Quantity        string `json:"quantity"`
	Unit            string `json:"unit"`                // of all values; "": none
	Paper           Number `json:"paper"`               // printed in the paper, or from the authors' files
	Checkpoint      Number `json:"checkpoint"`          // of the authors' released weights, on their test rows
	AsPublished     Number `json:"as_published"`        // ours, with the published protocol: mean over seeds
	AsPublishedLow  Number `json:"as_published_low"`    // smallest over seeds; missing with one seed
	AsPublishedHigh Number `json:"as_published_high"`   // largest
	AsPublishedSD   Number `json:"as_published_sd"`     // standard deviation over seeds; missing with one seed
	AsPublishedN    int    `json:"as_published_n"`      // number of seeds; 0: not known
	Corrected       Number `json:"corrected"`           // ours, with the corrected protocol: mean over seeds
	CorrectedLow    Number `json:"corrected_low"`       // lower end of its 95 % interval, metric.NadeauBengioInterval; missing with fewer than three seeds
	CorrectedHigh   Number `json:"corrected_high"`      // upper end
	Best            Number `json:"best"`                // of our best predictor, on the authors' test rows
	BestKind        string `json:"best_kind,omitempty"` // the kind of that predictor
	Seen            string `json:"seen,omitempty"`      // what the best value has seen of the rows that judge it, in a few words; "": nothing
	Note            string `json:"note,omitempty"`      // for people
}

// newRow is a row without values.
func newRow(quantity, unit string) Row {
	return Row{Quantity: quantity, Unit: unit, Paper: None, Checkpoint: None, AsPublished: None, AsPublishedLow: None, AsPublishedHigh: None, AsPublishedSD: None,
		Corrected: None, CorrectedLow: None, CorrectedHigh: None, Best: None}
}

// UnmarshalJSON reads a row; values that are not there are missing.
func (r *Row) UnmarshalJSON(text []byte) error {
	type plain Row
	row := plain(newRow("", ""))
	if err := json.Unmarshal(text, &row); err != nil {
		return err
	}
	*r = Row(row)
	return nil
}

// publish fills the columns of the published protocol from values over seeds.
func (r *Row) publish(values []float64) {
	if len(values) == 0 {
		return
	}
	r.AsPublished, r.AsPublishedN = Number(stat.Mean(values, nil)), len(values)
	if len(values) > 1 {
		r.AsPublishedSD = Number(stat.StdDev(values, nil))
		r.AsPublishedLow, r.AsPublishedHigh = Number(slices.Min(values)), Number(slices.Max(values))
	}
}

// AsPublishedText returns the value of the published protocol with its range over seeds, as
// in "7.255 (7.048–7.547)".
func (r Row) AsPublishedText() string {
	if r.AsPublishedLow.Missing() {
		return r.AsPublished.String()
	}
	return fmt.Sprintf("%v (%v–%v)", r.AsPublished, r.AsPublishedLow, r.AsPublishedHigh)
}

// BestText returns the best value with the kind of its predictor and what it has seen, as in
// "0.0944 (table; host's state from validation rows)".
func (r Row) BestText() string {
	what := r.BestKind
	if r.Seen != "" {
		what = strings.TrimPrefix(what+"; "+r.Seen, "; ")
	}
	if what == "" || r.Best.Missing() {
		return r.Best.String()
	}
	return fmt.Sprintf("%v (%s)", r.Best, what)
}

// correct fills the corrected columns from values over seeds, each with a split of its own
// by splitFor.
func (r *Row) correct(values []float64) {
	if len(values) == 0 {
		return
	}
	m := overSplits(values)
	r.Corrected = Number(m.Value)
	if m.N > 2 { // the interval of two values is useless: 13 times as wide as their distance
		r.CorrectedLow, r.CorrectedHigh = Number(m.Low), Number(m.High)
	}
}

// CorrectedText returns the corrected value with its interval, as in
// "0.385 [0.371, 0.400]", or without one if it is missing.
func (r Row) CorrectedText() string {
	if r.CorrectedLow.Missing() {
		return r.Corrected.String()
	}
	return fmt.Sprintf("%v [%v, %v]", r.Corrected, r.CorrectedLow, r.CorrectedHigh)
}

// Result is the result of an item.
type Result struct {
	Item    string   `json:"item"` // one of Items
	Title   string   `json:"title"`
	Profile Profile  `json:"profile"`
	Reduced string   `json:"reduced,omitempty"` // what the Quick profile left out
	Backend string   `json:"backend"`           // kind of backend
	Seeds   int      `json:"seeds"`             // of the corrected values; 0: nothing is random
	Seconds float64  `json:"seconds"`           // that the item took
	Rows    []Row    `json:"rows"`
	Notes   []string `json:"notes,omitempty"` // sentences for people, on the whole item
	About   []About  `json:"about,omitempty"` // sentences on some of its rows
	Made    Made     `json:"made,omitzero"`   // by what code, when and where

	// Timings are the seconds of single trainings, by name.
	Timings map[string]float64 `json:"training_seconds,omitempty"`

	Figures []figure.Named `json:"-"`
}

// About is a sentence for people on some rows: those whose quantities begin with one of
// Rows.
type About struct {
	Rows []string `json:"rows"`
	Text string   `json:"text"`
}

// note adds a sentence for people. It is about the rows whose quantities begin with one of
// rows, and is shown with them only; without any it is about the whole item.
func (r *Result) note(text string, rows ...string) {
	if len(rows) == 0 {
		r.Notes = append(r.Notes, text)
		return
	}
	r.About = append(r.About, About{rows, text})
}

// notes are the sentences on the whole item and on the rows that shown has.
func (r *Result) notes(shown []Row) []string {
	all := slices.Clone(r.Notes)
	for _, a := range r.About {
		if slices.ContainsFunc(shown, a.has) {
			all = append(all, a.Text)
		}
	}
	return all
}

func (a About) has(row Row) bool {
	return slices.ContainsFunc(a.Rows, func(begin string) bool { return strings.HasPrefix(row.Quantity, begin) })
}

// Header returns the names of the columns of Cells.
func Header() []string {
	return []string{"quantity", "unit", "paper", "authors' checkpoint", "as published (range)", "corrected [95 % interval by Nadeau and Bengio]", "ours, best"}
}

// Row returns the row of a quantity; one whose values are missing if there is none.
func (r *Result) Row(quantity string) Row {
	for _, row := range r.Rows {
		if row.Quantity == quantity {
			return row
		}
	}
	return newRow(quantity, "")
}

// Cells returns the rows as text, under Header.
func (r *Result) Cells() [][]string {
	var cells [][]string
	for _, row := range r.Rows {
		cells = append(cells, []string{row.Quantity, row.Unit, row.Paper.String(), row.Checkpoint.String(), row.AsPublishedText(), row.CorrectedText(), row.BestText()})
	}
	return cells
}

// Progress reports how far an item has got.
type Progress struct {
	Item     string
	Done, Of int           // parts, such as trainings, done and in all
	What     string        // the part that just ended
	Elapsed  time.Duration // since the item began
	Left     time.Duration // estimated
}

// runner is the state of an item that runs.
type runner struct {
	ctx     context.Context
	be      *backend.Backend
	profile Profile
	size    size
	part    string // of the item; "": all
	observe func(Progress)
	result  *Result
	start   time.Time
	done    int
	of      int
}

// tick reports that a part is done.
func (r *runner) tick(what string) {
	r.done++
	if r.observe != nil {
		elapsed := time.Since(r.start)
		r.observe(Progress{r.result.Item, r.done, r.of, what, elapsed, elapsed / time.Duration(r.done) * time.Duration(r.of-r.done)})
	}
}

// item is one table or figure.
type item struct {
	name, title string
	run         func(*runner) error
}

var items = []item{
	{"datasets", "The data sets, the spaces and the network (§4.1, Figs. 2 and 3a)", datasets},
	{"table1", "Table 1: test error of predictors trained on each device", table1},
	{"figure4a", "Figure 4(a): losses over the epochs of a training", figure4a},
	{"figure4b", "Figure 4(b): test error over the size of the data set, Intel Xeon", figure4b},
	{"size-rtx", "Test error over the size of the data set, RTX 2080 Ti (a file of the authors, in no figure that the paper describes)", sizeRTX},
	{"tuning", "The search over 36 configurations, RTX 2080 Ti", tuning},
	{"table2", "Table 2: fine-tuning the Note10's predictor with 700 labels of another device", table2},
	{"table3", "Table 3: fine-tuning the RTX 2080 Ti's predictor with 700 labels of another device", table3},
	{"figure5a", "Figure 5(a): losses over the epochs of a fine-tuning, Note10 to RTX 2080 Ti", figure5a},
	{"figure5b", "Figure 5(b): error over the number of fine-tuning labels, Note10 to RTX 2080 Ti", figure5b},
	{"size-p40", "Error over the number of fine-tuning labels, Note10 to Tesla P40 (a file of the authors, in no figure of the paper)", sizeP40},
	{"figure7", "Figure 7: one network for several GPUs (§4.3, §5.5)", figure7},
	{"figure6", "Figure 6: what a table, a data set and a fine-tuning set cost to measure", figure6},
	{"table4", "Table 4: training, tuning and fine-tuning times", table4},
	{"table5", "Table 5: the time of a prediction", table5},
	{"figure8ab", "Figure 8a and b: search under a limit, Note10", figure8ab},
	{"figure8cd", "Figure 8c and d: search under a limit, RTX 2080 Ti", figure8cd},
	{"device", "A device of one's own: noise, additivity, few measurements (AMD EPYC)", device},
	{transferName, "Other spaces: a device from 20 measurements, FBNet and NAS-Bench-201 (the tasks of NASFLAT)", transferItem},
	{"better", "Beyond the paper: tables with a launch queue, few-shot adaptation, GPUs never measured", better},
}

// Items lists the names of the items, in the order of reports.
func Items() []string {
	var names []string
	for _, i := range items {
		names = append(names, i.name)
	}
	return names
}

// Run runs the item of that name on be. Of the item transfer, "transfer/FD" is the single task
// FD, which has no place in a record. observe, which may be nil, is called after each
// part. After an error, ctx's included, the result has the rows that were complete; it is
// nil only if there is no such item.
func Run(ctx context.Context, be *backend.Backend, name string, profile Profile, observe func(Progress)) (*Result, error) {
	return run(ctx, be, name, profile, sizeOf(profile, be.Kind), observe)
}

func run(ctx context.Context, be *backend.Backend, name string, profile Profile, s size, observe func(Progress)) (*Result, error) {
	of, part, divided := strings.Cut(name, "/")
	at := slices.IndexFunc(items, func(i item) bool { return i.name == of && (!divided || i.name == transferName) })
	if at < 0 {
		return nil, fmt.Errorf("no item %q: there are %s", name, strings.Join(Items(), ", "))
	}
	r := &runner{ctx: ctx, be: be, profile: profile, size: s, part: part, observe: observe, start: time.Now(), result: &Result{
		Item: name, Title: items[at].title, Profile: profile, Reduced: s.reduced(), Backend: be.Kind, Seeds: s.seeds, Timings: map[string]float64{}, Made: madeNow(be)}}
	err := items[at].run(r)
	r.result.Made.CPUSeconds = cpuSeconds() - r.result.Made.CPUSeconds
	r.result.Seconds = time.Since(r.start).Seconds()
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return r.result, err
}
