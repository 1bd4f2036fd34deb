//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A training that is asked to end, also by a terminal that closes, keeps its last epoch,
// however long its last checkpoint is ago.
func TestSignalsKeepTheTraining(t *testing.T) {
	data, _ := measurements(t, "rtx2080ti-b64", 400)
	source := filepath.Join(t.TempDir(), "source.latpred")
	mustCall(t, "train", "--data", data, "--backend", "go", "--epochs", "1", "--layers", "40", "--out", source)
	train, finetune := []string{"train", "--layers", "40"}, []string{"finetune", "--from", source}
	for _, c := range []struct {
		signal os.Signal
		args   []string
	}{
		{os.Interrupt, train}, {syscall.SIGTERM, train}, {syscall.SIGHUP, train},
		{os.Interrupt, finetune}, {os.Interrupt, append(finetune, "--transfer", "last-layer")}, {os.Interrupt, append(finetune, "--transfer", "published")},
	} {
		model := filepath.Join(t.TempDir(), "m.latpred")
		args := slices.Concat(c.args, []string{"--data", data, "--backend", "go", "--checkpoint-every", "1h", "--out", model, "--epochs"})
		cmd, said := speaking(t, append(args, "1000000")...)
		time.Sleep(300 * time.Millisecond)
		if err := cmd.Process.Signal(c.signal); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(said)
		_ = cmd.Wait()
		var epochs int
		_, err := fmt.Sscanf(string(rest), "latpred: interrupted: context canceled; %d epochs are kept", &epochs)
		if err != nil || epochs == 0 || cmd.ProcessState.ExitCode() != 130 {
			t.Errorf("%v, %v: %v, %s", c.args, c.signal, cmd.ProcessState, rest)
			continue
		}
		var r trained
		if err := json.Unmarshal([]byte(mustCall(t, append(args, fmt.Sprint(epochs), "--json")...)), &r); err != nil || r.Resumed != epochs {
			t.Errorf("%v, %v: %d epochs were kept, %d found: %v", c.args, c.signal, epochs, r.Resumed, err)
		}
	}
}

// A command that waits for input that does not come ends at the first signal, in the time
// that is given to whatever does not listen, and at a second one at once.
func TestInterruptWhileReading(t *testing.T) {
	model := filepath.Join(t.TempDir(), "m.latpred")
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"predict", "--model", "note10", "-"}, {"predict", "--model", "note10", pipe}, {"data", "check", pipe},
		{"evaluate", "--model", "note10", "--data", pipe}, {"train", "--data", pipe, "--out", model}, {"adapt", "--data", pipe, "--out", model},
	} {
		for _, again := range []bool{false, true} { // the signal is sent again; SIGINT is ignored in a shell's background
			most := grace + 2*time.Second
			if again {
				most = grace * 9 / 10
			}
			cmd, said := program(t, args...)
			var in io.WriteCloser
			var err error
			if args[len(args)-1] == "-" {
				in, err = cmd.StdinPipe()
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if in == nil {
				if in, err = os.OpenFile(pipe, os.O_WRONLY, 0); err != nil { // returns when it is opened for reading
					t.Fatal(err)
				}
			}
			const more = 1 << 17 // bytes than a pipe holds: it reads when they are written
			if _, err := io.WriteString(in, "arch,latency_ms\n"+strings.Repeat(example+",20\n", more/len(example))); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			ended := make(chan bool)
			go func() {
				_ = cmd.Wait()
				close(ended)
			}()
			for waiting := true; waiting; {
				select {
				case <-ended:
					waiting = false
				case <-time.After(50 * time.Millisecond):
					if again {
						_ = cmd.Process.Signal(syscall.SIGTERM) // it may just have ended
					}
				}
			}
			took := time.Since(start)
			in.Close()
			if took > most {
				t.Errorf("%v, signal again: %v: ended after %v", args, again, took)
			}
			if !again && (cmd.ProcessState.ExitCode() != 130 || !strings.Contains(said.String(), "interrupted")) {
				t.Errorf("%v: %v, %s", args, cmd.ProcessState, said)
			}
		}
	}
	if _, err := os.Stat(model); err == nil {
		t.Error("a model was written")
	}
}
