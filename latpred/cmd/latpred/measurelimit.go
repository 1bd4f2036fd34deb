package main

import (
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred/measure"
)

// stuck says why a limit led to no further network, and what to do.
func (c *measureNetsCmd) stuck(last measure.Progress) string {
	text := fmt.Sprintf("no network was measured within %v", c.Limit)
	if strings.HasPrefix(last.Doing, "round") {
		return fmt.Sprintf("no further network was measured within %v (it ended after %s, which the journal keeps): the same command goes on from there", c.Limit, last.Doing)
	}
	if last.Doing != "" {
		text += fmt.Sprintf(" (it ended at %s)", last.Doing)
	}
	return text + ": networks are prepared anew in each run, so the same limit again leads no further; allow more time, take fewer together (--group 1), leave out what is measured beside them (--no-anchors), and on a GPU try --autotune 0"
}

// measuredNets is the number of networks that the journal has results of; 0 also without one.
func measuredNets(journal string) int {
	j, err := measure.ReadJournalFile(journal)
	if err != nil {
		return 0
	}
	return len(j.Results())
}
