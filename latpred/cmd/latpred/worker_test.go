package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest/fakeplugin"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/worker"
)

// TestMain is also the measuring process that commands under test start, and the command
// line that tests start.
func TestMain(m *testing.M) {
	if os.Getenv(worker.Variable) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		status := run(ctx, os.Args[1:], newOutput(os.Stdout, os.Stderr))
		stop()
		os.Exit(status)
	}
	if text := os.Getenv("LATPRED_TEST_MAIN"); text != "" {
		var args []string
		if err := json.Unmarshal([]byte(text), &args); err != nil {
			panic(err)
		}
		os.Args = append(os.Args[:1], args...)
		main()
	}
	if os.Getenv("LATPRED_TEST_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

// program is latpred in a process of its own.
func program(t *testing.T, args ...string) (cmd *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	text, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	stderr = &bytes.Buffer{}
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LATPRED_TEST_MAIN="+string(text))
	cmd.Stderr = stderr
	cmd.WaitDelay = time.Second
	return cmd, stderr
}

// speaking starts a training of backend go, which has said so: it has looked at its outputs. What
// it says further is to be read.
func speaking(t *testing.T, args ...string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd, _ := program(t, args...)
	cmd.Stderr = nil
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(stderr)
	if line, err := said.ReadString('\n'); err != nil || !strings.HasPrefix(line, "backend go") {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd, said
}

// quickly are flags that make measuring quick.
func quickly(dir string) []string {
	return []string{"--backend", "xla:cuda", "--device", "fake", "--formulation", "dot", "--no-anchors", "--rounds", "1", "--extra", "0", "--runs", "1", "--lock", filepath.Join(dir, "lock")}
}

// On a GPU whose compiler hangs, --limit and SIGTERM end the run in time, and what was
// measured before is in the CSV file.
func TestMeasureEndsInTime(t *testing.T) {
	dir := fakeplugin.Install(t)
	csv := filepath.Join(dir, "my.csv")
	archs := write(t, "archs", "r128 d22222 k33-33-33-33-33 e33-33-33-33-33\nr160 d22222 k33-33-33-33-33 e33-33-33-33-33\nr192 d22222 k33-33-33-33-33 e33-33-33-33-33\n")
	t.Setenv(fakeplugin.Do, "hang")
	t.Setenv(fakeplugin.When, "tensor<1x192x192x3xf32>")
	nets := append([]string{"measure", "nets", "--archs", archs, "--out", csv, "--group", "2"}, quickly(dir)...)
	cmd, said := program(t, nets...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	measuredSoFar(t, csv+".journal", 2)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_ = cmd.Wait()
	if took := time.Since(start); took > 5*time.Second || cmd.ProcessState.ExitCode() != 130 || !strings.Contains(said.String(), "2 of 3 networks are in "+csv+", the same command goes on from there") {
		t.Errorf("SIGTERM: %v after %v: %s", cmd.ProcessState, took, said)
	}
	const limit = 3 * time.Second
	start = time.Now()
	stdout, stderr, status := call(t, append(nets, "--limit", limit.String())...)
	if took := time.Since(start); took > limit+5*time.Second || status != 0 || !strings.Contains(stdout, "2 of 3 networks on fake-xla-cuda-f32-b1-dot-at0") || !strings.Contains(stderr, "the same limit again leads no further") {
		t.Errorf("--limit: status %d after %v: %s%s", status, took, stdout, stderr)
	}
	if set, err := dataset.Open(csv); err != nil || set.Rows != 2 {
		t.Errorf("%v: %+v", err, set)
	}
	// The compiler is mended: the same command goes on.
	t.Setenv(fakeplugin.Do, "")
	var r measured
	if err := json.Unmarshal([]byte(mustCall(t, append(nets, "--json")...)), &r); err != nil || r.Nets != 3 || r.LeftOut != nil {
		t.Errorf("%v: %+v", err, r)
	}
	// Nothing measured at all is an error.
	t.Setenv(fakeplugin.Seconds, "100")
	if _, stderr, status := call(t, append([]string{"measure", "nets", "--n", "2", "--out", filepath.Join(dir, "b.csv"), "--limit", "3s"}, quickly(dir)...)...); status != 1 || !strings.Contains(stderr, "no network was measured within 3s") {
		t.Errorf("nothing measured: %d %s", status, stderr)
	}
	if _, stderr, status := call(t, append([]string{"measure", "table", "--resolutions", "160", "--out", dir, "--limit", "3s"}, quickly(dir)...)...); status != 1 || !strings.Contains(stderr, "resolution 160: 0 of 96 layers") {
		t.Errorf("a table: %d %s", status, stderr)
	}
}

// measuredSoFar waits until a journal has n networks.
func measuredSoFar(t *testing.T, journal string, n int) {
	t.Helper()
	for range 1200 {
		if j, err := measure.ReadJournalFile(journal); err == nil && len(j.Results()) == n {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s has not %d networks after two minutes", journal, n)
}

// Ctrl-C ends a training whose graphs are being compiled.
func TestTrainEndsInTime(t *testing.T) {
	dir := fakeplugin.Install(t)
	t.Setenv(fakeplugin.Seconds, "100")
	cmd, said := program(t, "train", "--backend", "xla:cuda", "--data", "note10", "--out", filepath.Join(dir, "m"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(4 * time.Second)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_ = cmd.Wait()
	if took := time.Since(start); took > 5*time.Second || cmd.ProcessState.ExitCode() != 130 || !strings.Contains(said.String(), "interrupted") {
		t.Errorf("%v after %v: %s", cmd.ProcessState, took, said)
	}
}
