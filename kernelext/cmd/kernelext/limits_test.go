package main

import (
	"testing"

	"github.com/alecthomas/kong"
	"github.com/ofalat/ofalat/internal/limits"
)

// Every number on the command line has limits where its flag is declared.
func TestLimits(t *testing.T) {
	p, err := kong.New(&commands{}, kong.Name("kernelext"))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range limits.Unlimited(p.Model) {
		t.Errorf("%s declares no min or max: see package limits", v)
	}
}
