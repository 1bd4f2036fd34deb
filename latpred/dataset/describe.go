package dataset

import (
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred"
)

// warnings says what the columns were taken for, where their names are not those of this
// package, and which were left out.
func (c *columns) warnings(header []string, latency bool, t *tally) []latpred.Warning {
	t.units.flush()
	units := t.units.list
	var parts []string
	say := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if c.genes != nil {
		say("architectures are read from the columns %s", quoted(c.geneColumns(header)))
	} else if header[c.arch] != "arch" {
		say("architectures are read from column %s", shown(header[c.arch]))
	}
	if latency && c.latency != none && header[c.latency] != "latency_ms" {
		say("latencies from column %s, %s", shown(header[c.latency]), t.conversion())
	} else if latency && c.latency != none && len(units) == 1 && units[0] != "ms" {
		say("latencies are %s", t.conversion())
	}
	var left []string
	for i, name := range header {
		if !c.taken(i) {
			if strings.TrimSpace(name) == "" {
				name = fmt.Sprintf("column %d, which has no name", i+1)
			}
			left = append(left, name)
		}
	}
	if left != nil {
		const most = 10
		if n := len(left) - most; n > 0 {
			left = append(left[:most], fmt.Sprintf("%d more", n))
		}
		say("left out: %s", strings.Join(left, ", "))
	}
	if parts == nil {
		return nil
	}
	return []latpred.Warning{{Kind: latpred.WarnColumns, Message: strings.Join(parts, "; ")}}
}

// conversion says in which unit latencies are, and what became of it.
func (t *tally) conversion() string {
	switch {
	case !t.told:
		return "taken for milliseconds"
	case len(t.units.list) == 1 && t.units.list[0] == "ms":
		return "in milliseconds"
	}
	return "converted from " + strings.Join(t.units.list, " and ") + " to milliseconds"
}

// geneColumns names the columns of a network, one for each part where there are many.
func (c *columns) geneColumns(header []string) []string {
	var names []string
	for _, list := range c.genes.parts {
		name := header[list[0]]
		if len(list) > 1 {
			name += "…" + header[list[len(list)-1]]
		}
		names = append(names, name)
	}
	if c.resolution != none {
		names = append(names, header[c.resolution])
	}
	return names
}
