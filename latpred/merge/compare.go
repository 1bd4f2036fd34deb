package merge

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/measure"
)

// DifferenceError reports two journals that can't be merged, because they measured
// different things.
type DifferenceError struct {
	What   string // what differs: "batch", "plugin sha256"
	Files  [2]string
	Values [2]string
}

// Error names the files and their values.
func (e *DifferenceError) Error() string {
	return fmt.Sprintf("%s differs: %s in %s, %s in %s: only what was measured alike can be merged",
		e.What, orNone(e.Values[0]), e.Files[0], orNone(e.Values[1]), e.Files[1])
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

// property is a part of a header that merged journals must agree in.
type property struct {
	name  string
	value func(h measure.Header) string
}

var properties = []property{
	{"what was measured", func(h measure.Header) string { what, _, _ := strings.Cut(h.What, " "); return what }},
	{"space", func(h measure.Header) string { return h.Space }},
	{"device", func(h measure.Header) string { return h.Device }},
	{"batch", func(h measure.Header) string { return fmt.Sprint(h.Batch) }},
	{"threads", func(h measure.Header) string { return fmt.Sprint(h.Threads) }},
	{"formulation", func(h measure.Header) string { return h.Formulation }},
	{"precision", func(h measure.Header) string { return string(h.Precision) }},
	{"level of autotuning", func(h measure.Header) string { return h.Autotune }},
	{"XLA_FLAGS", func(h measure.Header) string { return h.Flags }},
	{"command", func(h measure.Header) string { return h.Command }},
	{"pattern of --pick", func(h measure.Header) string { return h.Pick }},
	{"rounds", func(h measure.Header) string { return fmt.Sprint(h.Rounds) }},
	{"extra rounds", func(h measure.Header) string { return fmt.Sprint(h.Extra) }},
	{"runs", func(h measure.Header) string { return fmt.Sprint(h.Runs) }},
	{"statistic", func(h measure.Header) string { return h.Statistic }},
	{"backend", func(h measure.Header) string { return h.Machine["backend"] }},
	{"device model", func(h measure.Header) string { model, _, _ := strings.Cut(h.Machine["device"], " ["); return model }}, // without the process's number
	{"processor", func(h measure.Header) string {
		if kind := h.Machine["backend"]; kind == backend.CPU || kind == backend.Go {
			return h.Machine["processor"]
		}
		return "" // of the host of a GPU, a phone or a board
	}},
}

// compare errs for each property in which a journal differs from the first, and warns of what
// is only doubtful.
func compare(journals []*measure.Journal) (warnings []latpred.Warning, err error) {
	first := journals[0]
	differ := func(what string, other *measure.Journal, a, b string) {
		err = errors.Join(err, &DifferenceError{what, [2]string{first.Name(), other.Name()}, [2]string{a, b}})
	}
	for _, j := range journals[1:] {
		for _, p := range properties {
			if a, b := p.value(first.Header), p.value(j.Header); a != b {
				differ(p.name, j, a, b)
			}
		}
	}
	for _, key := range keysOf(journals, func(h measure.Header) map[string]string { return h.Software }) {
		values := byValue(journals, func(h measure.Header) string { return h.Software[key] })
		missing := values[""]
		delete(values, "")
		if len(values) > 1 {
			known := slices.Sorted(maps.Keys(values))
			err = errors.Join(err, &DifferenceError{key, [2]string{values[known[0]][0], values[known[1]][0]}, [2]string{known[0], known[1]}})
		} else if len(missing) > 0 {
			warnings = append(warnings, warn("%s is not known of %s", key, few(missing)))
		}
	}
	return append(warnings, machines(journals)...), err
}

// unlike are the keys of Header.Machine that describe a machine without deciding what is
// timed, and may differ.
var unlike = []string{"governor", "go", "gomlx", "go-xla", "system", "cores", "pjrt"}

// machines warns of machines that differ in what may change times a little.
func machines(journals []*measure.Journal) (warnings []latpred.Warning) {
	for _, key := range unlike {
		values := byValue(journals, func(h measure.Header) string { return h.Machine[key] })
		if len(values) < 2 {
			continue
		}
		var parts []string
		for _, v := range slices.Sorted(maps.Keys(values)) {
			parts = append(parts, fmt.Sprintf("%s in %s", orNone(v), few(values[v])))
		}
		warnings = append(warnings, warn("machines differ in %s: %s", key, strings.Join(parts, "; ")))
	}
	return warnings
}

func warn(format string, args ...any) latpred.Warning {
	return latpred.Warning{Kind: latpred.WarnMixed, Message: fmt.Sprintf(format, args...)}
}

// byValue lists the names of journals by what their headers say.
func byValue(journals []*measure.Journal, value func(measure.Header) string) map[string][]string {
	out := map[string][]string{}
	for _, j := range journals {
		v := value(j.Header)
		out[v] = append(out[v], j.Name())
	}
	return out
}

// keysOf lists the keys of a map in any of the headers.
func keysOf(journals []*measure.Journal, of func(measure.Header) map[string]string) []string {
	all := map[string]bool{}
	for _, j := range journals {
		for key := range of(j.Header) {
			all[key] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// few names three of a list, and how many more there are.
func few(names []string) string {
	if len(names) <= 3 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
}

// header is that of the merged journal: what all agree in, of the whole campaign.
func header(journals []*measure.Journal) measure.Header {
	h := journals[0].Header
	h.Shard = measure.Shard{}
	h.Software, h.Machine = maps.Clone(h.Software), maps.Clone(h.Machine)
	for _, j := range journals[1:] {
		if j.Header.Seed != h.Seed {
			h.Seed = 0 // of several samples
		}
		if j.Header.What != h.What {
			h.What, _, _ = strings.Cut(h.What, " ") // tables of several resolutions
		}
		for key, v := range j.Header.Software {
			if h.Software == nil {
				h.Software = map[string]string{}
			}
			h.Software[key] = v
		}
		maps.DeleteFunc(h.Machine, func(key, v string) bool { return j.Header.Machine[key] != v })
	}
	return h
}

// missing lists the shards that a campaign has and journals lack.
func missing(journals []*measure.Journal) (list []string, warnings []latpred.Warning) {
	type division struct {
		what      string
		seed      uint64
		of, group int
	}
	have := map[division]map[int]bool{}
	var order []division
	for _, j := range journals {
		s := j.Header.Shard
		if s.Of == 0 {
			return nil, nil // a whole one, or merged before
		}
		d := division{j.Header.What, j.Header.Seed, s.Of, s.Group}
		if have[d] == nil {
			have[d] = map[int]bool{}
			order = append(order, d)
		}
		have[d][s.Index] = true
	}
	for _, d := range order {
		for i := 1; i <= d.of; i++ {
			if !have[d][i] {
				list = append(list, fmt.Sprintf("%d/%d of %s", i, d.of, d.what))
			}
		}
		if o := order[0]; d.what == o.what && d.seed == o.seed && d != o {
			warnings = append(warnings, warn("shards of %d with groups of %d, and of %d with groups of %d: they overlap", o.of, o.group, d.of, d.group))
		}
	}
	return list, warnings
}
