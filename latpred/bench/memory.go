package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/ofalat/ofalat/internal/proc"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Peak is the peak memory of a command.
type Peak struct {
	Name string  `json:"name"`
	MB   float64 `json:"mb"`
}

// Memory runs latpred, whose executable is program, as a user would: it trains the
// published network, and predicts a stream of a million architectures. It returns the peak
// resident memory of each process. observe is told what begins; it must not be nil.
func Memory(ctx context.Context, program string, seed uint64, observe func(string)) ([]Peak, error) {
	dir, err := os.MkdirTemp("", "latpred-memory-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	model := filepath.Join(dir, "model")
	var peaks []Peak
	for _, c := range []struct {
		name  string
		stdin io.Reader
		args  []string
	}{
		{"latpred --help", nil, []string{"--help"}},
		{"training of the published network, 10 epochs", nil, []string{"train", "--data", "rtx2080ti-b64", "--epochs", "10", "--out", model}},
		{"a million predictions from a stream", stream(seed, 1_000_000), []string{"predict", "--model", model, "-"}},
	} {
		observe("memory: " + c.name)
		cmd := exec.CommandContext(ctx, program, c.args...)
		cmd.Stdin = c.stdin
		var stderr strings.Builder
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			return peaks, err
		}
		seen := watchPeak(cmd.Process.Pid)
		if err := cmd.Wait(); err != nil {
			return peaks, fmt.Errorf("%s: %w\n%s", strings.Join(c.args, " "), err, tail([]byte(stderr.String())))
		}
		mb := seen()
		if mb == 0 {
			mb = peakMB(cmd.ProcessState)
		}
		peaks = append(peaks, Peak{c.name, mb})
	}
	return peaks, nil
}

// watchPeak polls a process's peak resident memory until seen is called, which returns it
// in MB; 0 if there is no /proc. It polls because the peak that the system reports after
// a process has ended includes the memory of the process that started it.
func watchPeak(pid int) (seen func() float64) {
	stop, result := make(chan struct{}), make(chan float64)
	go func() {
		var mb float64
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			if now := highWaterMB(pid); now > 0 {
				mb = now
			}
			select {
			case <-tick.C:
			case <-stop:
				result <- mb
				return
			}
		}
	}()
	return func() float64 {
		close(stop)
		return <-result
	}
}

func highWaterMB(pid int) (mb float64) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(content)) {
		if text, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			if _, err := fmt.Sscan(text, &mb); err != nil {
				return 0
			}
		}
	}
	return mb * 1024 / 1e6
}

// peakMB is the peak resident memory, in MB, of an ended process or of the one that
// started it, whichever is larger.
func peakMB(p *os.ProcessState) float64 {
	return float64(proc.PeakBytes(p)) / 1e6
}

// stream returns a text of n architectures, one a line, that is generated as it is read.
func stream(seed uint64, n int) io.Reader {
	r, w := io.Pipe()
	go func() {
		s, err := space.ByID("mbv3-w1.2")
		rng := random.Stream(seed, "stream")
		for ; n > 0 && err == nil; n -= 1000 {
			var lines strings.Builder
			for range min(n, 1000) {
				lines.WriteString(s.Sample(rng).String() + "\n")
			}
			_, err = io.WriteString(w, lines.String())
		}
		w.CloseWithError(err)
	}()
	return r
}
