package main

import (
	"maps"
	"runtime"
	"slices"

	"github.com/ofalat/ofalat/internal/revision"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/backend"
)

type versionCmd struct{}

// versions are what a report of a fault needs.
type versions struct {
	Commit   string            `json:"commit"`   // in full, or the module's version; "": not known
	Modified bool              `json:"modified"` // by changes that are in no commit
	Platform string            `json:"platform"`
	XLA      bool              `json:"xla"`      // PJRT plugins can be called, for which cgo is needed
	Versions map[string]string `json:"versions"` // see latpred.Versions
}

// Run prints them.
func (c *versionCmd) Run(out *output) error {
	v := versions{Platform: runtime.GOOS + "/" + runtime.GOARCH, XLA: backend.HasXLA, Versions: latpred.Versions()}
	v.Commit, v.Modified = revision.Of()
	if out.JSON() {
		return out.Emit(v)
	}
	state := v.Commit
	switch {
	case state == "":
		state = "(commit not known)"
	case v.Modified:
		state += " with changes"
	}
	out.Printf("latpred %s %s\n", state, v.Platform)
	if !v.XLA {
		out.Printf("without XLA: built with CGO_ENABLED=0\n")
	}
	for _, name := range slices.Sorted(maps.Keys(v.Versions)) {
		out.Printf("%s %s\n", name, v.Versions[name])
	}
	return nil
}
