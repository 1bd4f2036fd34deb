package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/internal/shell"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// archColumn names the column of architectures in a table.
type archColumn struct {
	ArchColumn string `placeholder:"NAME" help:"Column with the architecture (default: arch, or another known name, see go doc latpred/dataset)."`
}

// rowFlags say how a file of measurements is read, and which of its rows.
type rowFlags struct {
	archColumn
	resolutionFlag
	LatencyColumn  string   `placeholder:"NAME" help:"Column with the latency (default: latency_ms, or another known name)."`
	Where          []string `sep:"none" placeholder:"COLUMN=VALUE" help:"Only rows with this value in a column, such as device=phone; may be repeated."`
	SkipUnmeasured bool     `help:"Leave out rows whose latency is -1, nan, timeout and the like (default: an error that lists them; empty and 0 are left out)."`
}

// options are the flags as package dataset has them.
func (f *rowFlags) options() (dataset.Options, error) {
	o := dataset.Options{ArchColumn: f.ArchColumn, LatencyColumn: f.LatencyColumn, SkipUnmeasured: f.SkipUnmeasured, Resolution: f.Resolution}
	for _, text := range f.Where {
		c, err := dataset.ParseCondition(text)
		if err != nil {
			return o, fmt.Errorf("--where %w", err)
		}
		o.Where = append(o.Where, c)
	}
	return o, nil
}

// openSet reads a shipped set or a file, of networks of the space that --space names, which
// may be "", and says on standard error how where that isn't plain; the set's Warnings have the
// same.
func (f *rowFlags) openSet(out *output, nameOrFile, spaceID string) (*dataset.Set, error) {
	o, err := f.options()
	if err != nil {
		return nil, err
	}
	set, err := openIn(o, nameOrFile, spaceID)
	if err != nil {
		return nil, err
	}
	logNotes(out, set.Name, set.Warnings)
	return set, nil
}

// openIn reads a shipped set or a file, also latencies alone; see upstream.Open.
func openIn(o dataset.Options, nameOrFile, spaceID string) (*dataset.Set, error) {
	var of *space.Space
	if spaceID != "" {
		var err error
		if of, err = space.ByID(spaceID); err != nil {
			return nil, fmt.Errorf("--space: %w", err)
		}
	}
	set, err := upstream.Open(o, nameOrFile, of)
	return set, withFlags(err)
}

// logNotes writes how a file was read to standard error.
func logNotes(out *output, name string, notes []latpred.Warning) {
	for _, n := range notes {
		out.Logf("note: %s: %s", name, n.Message)
	}
}

// withFlags adds to an error of package dataset the flags that help.
func withFlags(err error) error {
	if err == nil {
		return nil
	}
	var hints []string
	if column := (*dataset.ColumnError)(nil); errors.As(err, &column) {
		switch column.Role {
		case dataset.RoleArch:
			hints = append(hints, "say which with --arch-column NAME")
		case dataset.RoleLatency:
			hints = append(hints, "say which with --latency-column NAME")
		}
	}
	if mixed := (*dataset.MixedError)(nil); errors.As(err, &mixed) && mixed.Column != "" {
		hints = append(hints, "choose one with --where "+shell.Quote(mixed.Column+"="+mixed.Values[0]))
	}
	if gaps := (*dataset.UnmeasuredError)(nil); errors.As(err, &gaps) {
		hints = append(hints, "--skip-unmeasured leaves these rows out")
	}
	if alone := (*upstream.NetworklessError)(nil); errors.As(err, &alone) && alone.Spaces != nil {
		var flags []string
		for _, s := range alone.Spaces {
			flags = append(flags, "--space "+s.ID)
		}
		hints = append(hints, "if they are in the order of HELP's networks, "+strings.Join(flags, " or ")+" says of which space")
	}
	if hints == nil {
		return err
	}
	return fmt.Errorf("%w; %s", err, strings.Join(hints, "; "))
}
