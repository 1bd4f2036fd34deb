package experiment

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/ofalat/ofalat/internal/proc"
	"github.com/ofalat/ofalat/internal/revision"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/measure"
)

// Made says by what code, when and where a result was made. It is zero in results that
// were recorded without it.
type Made struct {
	Commit     string            `json:"commit,omitempty"`   // revision of the code in full, or the module's version; "": not known
	Modified   bool              `json:"modified,omitempty"` // the code had changes that are in no commit
	Date       string            `json:"date"`               // when it began: RFC 3339, UTC
	Processor  string            `json:"processor"`          // model name
	Cores      int               `json:"cores"`              // that the system has
	Plugin     string            `json:"plugin,omitempty"`   // file name of the PJRT plugin and its API version; "": none
	Versions   map[string]string `json:"versions,omitempty"` // see latpred.Versions
	CPUSeconds float64           `json:"cpu_seconds"`        // processor time of the program and its children, summed over threads
}

// State names the state of the code: "d41d8cd98f00", twelve digits of the commit, with
// " with changes" where there were some; "" if it is not known.
func (m Made) State() string {
	if m.Commit == "" {
		return ""
	}
	state := m.Commit
	if len(state) == 40 {
		state = state[:12]
	}
	if m.Modified {
		state += " with changes"
	}
	return state
}

// madeNow describes a run on be that begins now; CPUSeconds is that of the process so far.
func madeNow(be *backend.Backend) Made {
	m := Made{Date: time.Now().UTC().Format(time.RFC3339), Processor: measure.Processor(), Cores: runtime.NumCPU(), Versions: latpred.Versions(), CPUSeconds: cpuSeconds()}
	m.Commit, m.Modified = revision.Of()
	if be.Plugin != "" {
		m.Plugin = fmt.Sprintf("%s (PJRT %s)", filepath.Base(be.Plugin), be.Version)
	}
	return m
}

// cpuSeconds is the processor time of this process and of its children that have ended.
func cpuSeconds() float64 { return proc.Seconds(proc.Self) + proc.Seconds(proc.Children) }

// oneState errs if results come from different states of the code, with the items of each
// and the command that makes them anew. Results whose commit is not known are a state of
// their own.
func oneState(results []*Result) error {
	var states []string
	items := map[string][]string{}
	for _, r := range results {
		state := r.Made.State()
		if items[state] == nil {
			states = append(states, state)
		}
		items[state] = append(items[state], r.Item)
	}
	if len(states) < 2 {
		return nil
	}
	var parts []string
	for _, state := range states {
		name := "commit " + state
		if state == "" {
			name = "no known commit"
		}
		parts = append(parts, fmt.Sprintf("%s of %s", strings.Join(items[state], ", "), name))
	}
	return fmt.Errorf("results of different code don't stand in one table: %s; make them anew from one commit: %s", strings.Join(parts, "; "), makeAnew)
}

// makeAnew is the command that makes the record and the pages anew.
const makeAnew = "latpred reproduce all --profile full --record latpred/experiment/record.json --results RESULTS.md,README.md --picture docs/headline.png"

// madeText says in a sentence how results of one state were made.
func madeText(results []*Result) string {
	var processors, dates, seeds []string
	once := func(list []string, text string) []string {
		if text == "" || slices.Contains(list, text) {
			return list
		}
		return append(list, text)
	}
	var state string
	for _, r := range results {
		state = r.Made.State()
		if day, _, ok := strings.Cut(r.Made.Date, "T"); ok {
			dates = once(dates, day)
			processors = once(processors, fmt.Sprintf("%s, %d cores, %s, %s", r.Made.Processor, r.Made.Cores, r.Backend, r.Made.Versions["go"]))
		}
		if r.Seeds > 0 {
			seeds = once(seeds, fmt.Sprint(r.Seeds))
		}
	}
	if state == "" || len(dates) == 0 {
		return "Made by a commit that was not recorded."
	}
	slices.Sort(dates)
	when := dates[0]
	if last := dates[len(dates)-1]; last != when {
		when += " to " + last
	}
	return fmt.Sprintf("Made from commit %s on %s: %s; seeds: %s.", state, when, strings.Join(processors, "; "), strings.Join(seeds, ", "))
}
