package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/ofalat/ofalat/internal/limits"
)

// Every number on the command line has limits where its flag is declared.
func TestLimits(t *testing.T) {
	p, err := kong.New(&commands{}, kong.Name("latpred"), kong.Vars{"items": ""})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range limits.Unlimited(p.Model) {
		t.Errorf("%s declares no min or max: see package limits", v)
	}
}

// Numbers beyond them are misuse, said before any work and without a panic.
func TestBeyondLimits(t *testing.T) {
	for line, want := range map[string]string{
		"measure nets --out x.csv --rounds=-1":      "--rounds -1: want 0 to 10000",
		"measure nets --out x.csv --runs=-1":        "--runs -1: want",
		"measure nets --out x.csv --group=-1":       "--group -1: want",
		"measure nets --out x.csv --limit=-1s":      "--limit -1s: want 0s to 10000h",
		"measure nets --out x.csv --n=0":            "--n 0: want",
		"adapt --plan=-1":                           "--plan -1: want 1 to 700",
		"adapt --plan=100000":                       "--plan 100000: want 1 to 700",
		"predict --model note10 --interval=nan x":   "--interval NaN: want more than 0 and less than 1",
		"search --device note10 --limit=-3":         "--limit -3: want",
		"search --device note10 --limits=10,nan":    "--limits NaN: want",
		"train --data note10 --out m --batch=0":     "--batch 0: want",
		"train --data note10 --out m --rate=inf":    "--rate +Inf: want",
		"train --data note10 --out m --epochs=1e3":  "--epochs",
		"tune --data note10 --journal j --factor=1": "--factor 1: want",
	} {
		_, stderr, status := call(t, strings.Fields(line)...)
		if status != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s: status %d: %s, want status 2 and %q", line, status, stderr, want)
		}
	}
}
