//go:build unix

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/internal/killtest"
	"github.com/ofalat/ofalat/latpred/experiment"
)

var kills = flag.Int("kills", 20, "how many processes TestKills kills, over all commands")

// killed is a command that TestKills kills.
type killed struct {
	args    string                                          // divided at spaces
	outputs []string                                        // files that are at any time as they were before, or as they are in the end
	result  func(dir string, stdout []byte) (string, error) // what it comes to; nil: outputs, byte for byte
	torn    bool                                            // result can also be had between runs, where it need only be no error
	journal string                                          // a file of lines, none of which is ever lost
	alike   bool                                            // writes as another one does: with 100 kills or more tests of disks have it too
	rare    bool                                            // takes long: only with 100 kills or more
}

// killedCommands are those that write files or go on from them; their folder is that of
// killInputs.
var killedCommands = map[string]killed{
	"train":           {args: "train --data data.csv --out m.latpred --backend go --epochs 60 --layers 60-60 --checkpoint-every 1ms", outputs: []string{"m.latpred"}},
	"train with Adam": {args: "train --data data.csv --out m.latpred --backend go --epochs 60 --layers 60-60 --optimizer adam --rate .01 --patience 30 --checkpoint-every 1ns", outputs: []string{"m.latpred"}, alike: true},
	"finetune":        {args: "finetune --from old.latpred --data phone.csv --out m.latpred --backend go --epochs 20", outputs: []string{"m.latpred"}, alike: true},
	"adapt":           {args: "adapt --from note10 --data ten.csv --out m.latpred", outputs: []string{"m.latpred"}, alike: true},
	"export":          {args: "export --model old.latpred --out m.onnx", outputs: []string{"m.onnx"}},
	"pages":           {args: "reproduce --results page.md --picture headline.png", outputs: []string{"page.md", "headline.png"}},
	"tune":            {args: "tune --data data.csv --rule halving --trials 6 --epochs 8 --journal tune.journal --backend go --json", result: tuneResult, journal: "tune.journal"},
	"measure":         {args: "measure nets --n 12 --out my.csv --device killed --no-anchors --rounds 3 --extra 0 --group 4 --lock lock --exec", result: measureResult, torn: true, journal: "my.csv.journal"},
	"measure until":   {args: "measure nets --until .1 --n 20 --out my.csv --device killed --no-anchors --rounds 2 --extra 0 --lock lock --exec", result: measureResult, torn: true, journal: "my.csv.journal", alike: true},
	"data merge":      {args: "data merge 1.csv.journal 2.csv.journal --out set.csv --journal all.journal --figure speeds.svg", outputs: []string{"set.csv", "all.journal", "speeds.svg"}, alike: true},
	"reproduce":       {args: "reproduce figure6 --backend go --record record.json --out figures", result: recordResult, torn: true},
	"data build":      {args: "data build --out data", result: buildResult, rare: true},
}

// program is the command in a folder: this test's program itself, see TestMain.
func (k killed) program(dir string) *exec.Cmd {
	args := strings.Fields(k.args)
	if last := len(args) - 1; args[last] == "--exec" {
		args = append(args, "sleep .002; cat {} | cksum | cut -c1-2") // milliseconds that depend on the network
	}
	text, err := json.Marshal(args)
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LATPRED_TEST_MAIN="+string(text), "XDG_CACHE_HOME="+dir)
	return cmd
}

// Killed at any moment, no command loses what it said it had, leaves a torn file or comes
// to another result than undisturbed: go test -run TestKills -kills 200.
func TestKills(t *testing.T) {
	files := killInputs(t)
	rng := rand.New(rand.NewPCG(uint64(os.Getpid()), 1))
	for name, k := range killedCommands {
		t.Run(name, func(t *testing.T) {
			if k.rare && (*kills < 100 || os.Getenv("LATPRED_DATA_MIRROR") == "") {
				t.Skip("takes minutes: runs with -kills 100 and LATPRED_DATA_MIRROR set")
			}
			share := killShare()
			if k.rare {
				share = max(1, share/5)
			}
			t.Log(killtest.Run(t, rng, k.toKill(t, files), share))
		})
	}
}

// killShare is the number of kills for a command, serve being one.
func killShare() int { return max(1, *kills/(len(killedCommands)+1)) }

// toKill is the command with files as its folder.
func (k killed) toKill(t *testing.T, files string) killtest.Program {
	p := killtest.Program{Command: k.program, Result: k.result, Prepare: func(dir string) error {
		err := os.CopyFS(dir, os.DirFS(files))
		if k.rare {
			err = errors.Join(err, os.CopyFS(filepath.Join(dir, "data"), os.DirFS(filepath.Join("..", "..", "..", "data"))),
				os.RemoveAll(filepath.Join(dir, "data", "sets")), os.RemoveAll(filepath.Join(dir, "data", "lut")))
		}
		return err
	}}
	if k.outputs == nil {
		p.Whole = k.wholeLines()
		return p
	}
	var wanted []string // the outputs of the undisturbed run
	p.Result = func(dir string, _ []byte) (string, error) {
		if wanted == nil {
			for _, name := range k.outputs {
				content, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					return "", err
				}
				wanted = append(wanted, string(content))
			}
		}
		for i, name := range k.outputs {
			if err := killtest.OldOrNew(filepath.Join(dir, name), wanted[i]); err != nil {
				return "", err
			}
		}
		left, err := filepath.Glob(filepath.Join(dir, "*.checkpoint"))
		return fmt.Sprintf("as undisturbed; left behind: %d", len(left)), err
	}
	p.Whole = func(dir string) error {
		for i, name := range k.outputs {
			old, err := os.ReadFile(filepath.Join(files, name))
			if err == nil && wanted != nil {
				err = killtest.OldOrNew(filepath.Join(dir, name), string(old), wanted[i])
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return p
}

// wholeLines is what is looked at after a kill where files grow.
func (k killed) wholeLines() func(dir string) error {
	in, before := "", []byte(nil) // the folder that was looked at last, and the journal there
	return func(dir string) error {
		if k.torn {
			if _, err := k.result(dir, nil); notThere(err) != nil {
				return err
			}
		}
		if k.journal == "" {
			return nil
		}
		now, err := os.ReadFile(filepath.Join(dir, k.journal))
		if notThere(err) != nil {
			return err
		}
		if whole := before[:bytes.LastIndexByte(before, '\n')+1]; in == dir && !bytes.HasPrefix(now, whole) {
			return fmt.Errorf("%s: of %d bytes some are lost: %d are there", k.journal, len(whole), len(now))
		}
		in, before = dir, now
		return nil
	}
}

// killInputs makes the folder that each run begins with: measurements, a predictor, a page,
// and an older file for each output.
func killInputs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, of := range map[string]struct {
		set  string
		rows int
	}{"data.csv": {"rtx2080ti-b64", 300}, "phone.csv": {"p40-b64", 200}, "ten.csv": {"p40-b64", 10}} {
		from, _ := measurements(t, of.set, of.rows)
		if err := os.Rename(from, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	mustCall(t, "train", "--data", filepath.Join(dir, "data.csv"), "--out", filepath.Join(dir, "old.latpred"), "--backend", "go", "--epochs", "20", "--layers", "60-60")
	for _, i := range []string{"1", "2"} {
		mustCall(t, "measure", "nets", "--shard", i+"/2", "--n", "4", "--group", "2", "--rounds", "1", "--extra", "0", "--lock", filepath.Join(dir, "lock"),
			"--exec", "cat {} | cksum | cut -c1-2", "--out", filepath.Join(dir, i+".csv"))
	}
	for name, content := range map[string]string{
		"m.latpred": "old", "m.onnx": "old", "headline.png": "old", "set.csv": "old", "all.journal": "old", "speeds.svg": "old",
		"page.md": "top\n<!-- results: generated by latpred reproduce --results -->\n<!-- end of results -->\nbottom\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func notThere(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// tuneResult is what tune printed, but for seconds.
func tuneResult(_ string, stdout []byte) (string, error) {
	var r tuned
	if err := json.Unmarshal(stdout, &r); err != nil {
		return "", err
	}
	r.Seconds = 0
	r.Best.Seconds = 0
	for i := range r.Trials {
		r.Trials[i].Seconds = 0
	}
	text, err := json.Marshal(r)
	return string(text), err
}

// measureResult is networks and latencies of my.csv.
func measureResult(dir string, _ []byte) (string, error) {
	f, err := os.Open(filepath.Join(dir, "my.csv"))
	if err != nil {
		return "", err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, row := range rows[1:] {
		if ms, err := strconv.ParseFloat(row[1], 64); err != nil || ms < 10 {
			return "", fmt.Errorf("row %q", row)
		}
		fmt.Fprintln(&text, row[0], row[1], row[2])
	}
	return text.String(), nil
}

// recordResult is record.json but for times, and the names of figures.
func recordResult(dir string, _ []byte) (string, error) {
	results, err := experiment.ReadRecord(filepath.Join(dir, "record.json"))
	if err != nil {
		return "", err
	}
	for _, r := range results {
		r.Seconds, r.Timings, r.Made = 0, nil, experiment.Made{}
	}
	text, err := json.Marshal(results)
	if err != nil {
		return "", err
	}
	figures, err := filepath.Glob(filepath.Join(dir, "figures", "[^.]*"))
	for i := range figures {
		figures[i] = filepath.Base(figures[i])
	}
	return fmt.Sprintf("%s\n%s", text, figures), err
}

// buildResult is the names and checksums of the data.
func buildResult(dir string, _ []byte) (string, error) {
	var text strings.Builder
	err := filepath.WalkDir(filepath.Join(dir, "data"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&text, "%s %x\n", e.Name(), sha256.Sum256(content))
		return err
	})
	return text.String(), err
}
