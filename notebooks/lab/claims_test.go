package lab

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/kernelext"
	"github.com/ofalat/ofalat/latpred/experiment"
	"github.com/ofalat/ofalat/latpred/random"
)

func recorded(t *testing.T) []*experiment.Result {
	t.Helper()
	results, err := experiment.Recorded()
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// Every claim of a lesson holds in the shipped record, as far as its items are recorded.
func TestClaimsHold(t *testing.T) {
	r := record{results: recorded(t)}
	left, err := experiment.Unrecorded()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range claims() {
		sentence, err := r.check(c)
		if errors.Is(err, ErrNotRecorded) && slices.ContainsFunc(left, func(item string) bool { return strings.Contains(err.Error(), item) }) {
			t.Log(err)
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		t.Logf("%s: %s", c.name, sentence)
		if strings.Contains(sentence, "NaN") || strings.Contains(sentence, "%!") {
			t.Errorf("%s: %s", c.name, sentence)
		}
	}
}

// A claim depends on its numbers: where they come out otherwise, it fails. Numbers are made
// much larger or much smaller, at random, in one of some trials.
func TestClaimsCanFail(t *testing.T) {
	results := recorded(t)
	for _, c := range claims() {
		fails := false
		for trial := range uint64(20) {
			rng := random.Stream(trial, c.name)
			r := record{results: results, change: func(v float64) float64 { return v * []float64{1e3, 1e-3}[rng.IntN(2)] }}
			_, err := r.check(c)
			fails = fails || err != nil
		}
		if !fails {
			t.Errorf("%s holds whatever the numbers are", c.name)
		}
	}
	if _, err := statement("99 nothing"); err == nil || !strings.Contains(err.Error(), "99 nothing") {
		t.Errorf("an unknown claim: %v", err)
	}
	empty := record{}
	if _, err := empty.check(claims()[0]); !errors.Is(err, ErrNotRecorded) || !strings.Contains(err.Error(), "table1") {
		t.Errorf("an empty record: %v", err)
	}
}

var claimed = regexp.MustCompile(`lab\.Claim\("([^"]*)"\)`)

// Every claim stands in its lesson, once, and lessons claim nothing else.
func TestClaimsAreToldOnce(t *testing.T) {
	told := map[string]string{}
	files, err := filepath.Glob("../*.ipynb")
	if err != nil || len(files) == 0 {
		t.Fatalf("notebooks %v: %v", files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var notebook struct {
			Cells []struct {
				Source []string `json:"source"`
			} `json:"cells"`
		}
		if err := json.Unmarshal(content, &notebook); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, cell := range notebook.Cells {
			for _, match := range claimed.FindAllStringSubmatch(strings.Join(cell.Source, ""), -1) {
				name, lesson := match[1], filepath.Base(file)
				if told[name] != "" {
					t.Errorf("%q stands in %s and in %s", name, told[name], lesson)
				}
				if told[name] = lesson; name[:2] != lesson[:2] {
					t.Errorf("%q stands in %s", name, lesson)
				}
			}
		}
	}
	for _, c := range claims() {
		if told[c.name] == "" {
			t.Errorf("no lesson tells %q", c.name)
		}
		delete(told, c.name)
	}
	for name, lesson := range told {
		t.Errorf("%s: there is no claim %q", lesson, name)
	}
}

// Claim shows its sentence on lines that fit a page.
func TestClaim(t *testing.T) {
	var b bytes.Buffer
	before := kernelext.Out
	kernelext.Out = &b
	defer func() { kernelext.Out = before }()
	Claim("02 what an RMSE is")
	if !strings.Contains(b.String(), "0.3859 ms") {
		t.Errorf("shown: %s", &b)
	}
	for line := range strings.Lines(b.String()) {
		if n := len(strings.TrimSuffix(line, "\n")); n > wide || strings.HasSuffix(line, " \n") {
			t.Errorf("a line of %d characters: %q", n, line)
		}
	}
}

// Lines of a claim stay apart; long ones are broken at words, without blanks at their ends.
func TestWrapped(t *testing.T) {
	long := strings.Repeat("word ", 30)
	got := strings.Split(wrapped("first\n"+long), "\n")
	if len(got) != 3 || got[0] != "first" || strings.Join(got[1:], " ") != strings.TrimSpace(long) {
		t.Errorf("%q", got)
	}
}
