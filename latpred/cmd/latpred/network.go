package main

import (
	"os"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/archfile"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/space"
)

// resolutionFlag gives the resolution of networks that tell none.
type resolutionFlag struct {
	Resolution int `placeholder:"PIXELS" min:"1" max:"4096" help:"Resolution of networks whose description tells none, such as a net.config without its run.config."`
}

func (f resolutionFlag) options() archfile.Options { return archfile.Options{Resolution: f.Resolution} }

// archArgument is one network on the command line.
type archArgument struct {
	resolutionFlag
	Arch string `arg:"" help:"Architecture: canonical text, OFA's dictionary as JSON or Python write it, or a file with one of these or OFA's net.config; - for standard input."`
}

// read reads the network, and the space whose widths its description tells; nil: it tells
// none.
func (a archArgument) read() (space.Arch, *space.Space, error) {
	var item archfile.Item
	var err error
	if a.Arch == "-" {
		item, err = archfile.One(os.Stdin, "standard input", a.options())
	} else {
		item, err = archfile.Argument(a.Arch, a.options())
	}
	return item.Arch, item.Space, err
}

// in is read for a network that is to be one of s.
func (a archArgument) in(s *space.Space) (space.Arch, error) {
	arch, told, err := a.read()
	if err == nil {
		err = space.Described{Arch: arch, Space: told}.In(s)
	}
	return arch, err
}

// predictable errs if a predictor is known to be for networks of other widths than those
// that a description tells. If the predictor doesn't know, that is said on standard error.
func predictable(out *output, p latpred.Predictor, a space.Arch, told *space.Space) error {
	if told == nil {
		return nil
	}
	s, exact, err := catalog.SpaceOf(p)
	switch {
	case err != nil:
		return err
	case exact:
		return space.Described{Arch: a, Space: told}.In(s)
	}
	out.Logf("note: the network is one of %s; the predictor doesn't tell the widths of the networks that it is for", told.ID)
	return nil
}
