package timing_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/timing"
)

func read(t *testing.T, text, pick string) (timing.Reading, error) {
	t.Helper()
	p, err := timing.Pick(pick)
	if err != nil {
		t.Fatal(err)
	}
	return timing.Read(text, p)
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		text, pick string
		want       float64
	}{
		{"12.5", "", 12.5},
		{"3\n2.5\n4\n", "", 2.5}, // the fastest run
		{"13.4 ms\r\n", "", 13.4},
		{"13402.6 us", "", 13.4026},
		{"13402.6us\n13500us", "", 13.4026},
		{"13402600ns", "", 13.4026},
		{"0.0134 s", "", 13.4},
		{"1.34e-2 seconds", "", 13.4},
		{"13.4 msec", "", 13.4},
		{"13402.6 µs", "", 13.4026},
		{"13402.6 μs", "", 13.4026}, // the Greek letter
		{"[13.4, 13.2, 13.9]", "", 13.2},
		{"13.4 13.5 ms", "", 13.4}, // milliseconds, told or not
		{"latency_ms=13.4", "", 13.4},
		{"np.float64(13.4)", "", 13.4},
		{"[np.float64(13.4), np.float64(13.2)]", "", 13.2},
		{"tensor(13.4000)", "", 13.4},
		{"array([13.4, 13.2])", "", 13.2},
		{"\ufeff13.4", "", 13.4},
		{"latency: 13.4 ms", "", 13.4},
		{"Inference time (us): 13402.6\n", "", 13.4026},
		{`{"latency_us": 13402.6}`, "", 13.4026},
		{`{"latency_ms": 13.4, "runs": 50, "warm_ups": 10}`, "latency_ms", 13.4},
		{`{"latency_us": 13402.6, "runs": 50}`, "latency_us", 13.4026},
		{"run 1: 13.4 ms\nrun 2: 13.2 ms\nloaded in 3 s\n", `run \d+:`, 13.2},
		{"Latency: min = 5.01 ms, median = 5.18 ms", "median", 5.18},
		{"mean 5.22 p50 5.18 p99 6.1", `p50 ([\d.]+)`, 5.18},
		{"net;t12.5;ok", `t([\d.]+)`, 12.5},
		{"time 0.0134 s in 10 runs", "time", 13.4},
	} {
		got, err := read(t, c.text, c.pick)
		if err != nil || math.Abs(got.Ms-c.want) > 1e-9 {
			t.Errorf("%q, pick %q: %+v, %v, want %v", c.text, c.pick, got, err, c.want)
		}
	}
}

func TestReadFaults(t *testing.T) {
	for _, c := range []struct{ text, pick, want string }{
		{"", "", "printed nothing"},
		{"nan", "", `"nan", want milliseconds`},
		{"-3", "", "is no time"},
		{"0 ms", "", "is no time"},
		{"rubbish", "", `"rubbish", want milliseconds`},
		{"13,4", "", "has a comma"},
		{"13,4 ms", "", "has a comma"},
		{"1,340.5 us", "", "has a comma"},
		{"13.4 ms 13400 us", "", "the same unit"},
		{"13402 us 13500", "", "the same unit"},
		{"12 runs", "", "--pick"},
		{"Throughput: 191.4 qps", "", "--pick"},
		{"loaded in 3 s", "", "--pick"},
		{"compile time: 3.2 s", "", "--pick"},
		{"mean 5.22 ms, p50 5.18 ms, v1.2.3", "", "printed 2 numbers and words, want milliseconds alone: mean 5.22 ms | p50 5.18 ms; --pick"},
		{"mean 5.22 ms", "median", "nothing that --pick \"median\" matches"},
		{"min 5 ms\nmin of the copy 7 ms", "min", "of different lines"},
		{"median: none", "median", "no number stands after it"},
		{"median:\n5", "median", "no number stands after it in its line"},
		{"median 5,18", "median", "has a comma"},
	} {
		if got, err := read(t, c.text, c.pick); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q, pick %q: %+v, %v, want …%s…", c.text, c.pick, got, err, c.want)
		}
	}
	for _, pattern := range []string{"(", "x*"} {
		if _, err := timing.Pick(pattern); err == nil {
			t.Errorf("the pattern %q was taken", pattern)
		}
	}
}

// Reports in the forms of their tools, with numbers made up so that the right one occurs
// once.
func TestReports(t *testing.T) {
	for file, want := range map[string]struct {
		ms   float64
		from string
	}{
		"trtexec8.txt":          {5.06, "trtexec: median of GPU Compute Time"},
		"trtexec7.txt":          {5.06, "trtexec: median of GPU compute"},
		"benchmark_model.txt":   {14.5752, "benchmark_model: mean of the timed runs, as this version prints no median"},
		"benchmark_model2.txt":  {14.531, "benchmark_model: median of the timed runs"},
		"onnxruntime_perf.txt":  {5.08, "onnxruntime_perf_test: P50 Latency"},
		"torch_benchmark.txt":   {13.41, "torch.utils.benchmark: median"},
		"torch_benchmark1.txt":  {13.42, "torch.utils.benchmark: its one measurement"},
		"timeit.txt":            {13.4, "timeit: best"},
		"ipython.txt":           {13.4, "timeit: mean"},
		"benchmark_app.txt":     {13.43, "benchmark_app: median"},
		"speed_benchmark.txt":   {13.4026, "speed_benchmark_torch: mean of the main run"},
		"benchncnn.txt":         {13.45, "benchncnn: mean"},
		"mnn.txt":               {13.5, "MNN: mean"},
		"benchmark_profile.txt": {14.5752, "benchmark_model: mean of the timed runs, as this version prints no median"},
	} {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		got, err := timing.Read(string(text), nil)
		if err != nil || math.Abs(got.Ms-want.ms) > 1e-9 || got.From != want.from {
			t.Errorf("%s: %+v, %v, want %v", file, got, err, want)
		}
		if crlf, err := timing.Read(strings.ReplaceAll(string(text), "\n", "\r\n"), nil); err != nil || crlf != got {
			t.Errorf("%s with CRLF: %+v, %v", file, crlf, err)
		}
	}
}
