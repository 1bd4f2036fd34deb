package dataset_test

import (
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
)

// A rate is never taken for a time, not even where its column is asked for.
func TestRates(t *testing.T) {
	for _, name := range []string{"fps", "FPS (img/s)", "images per second", "throughput", "img/s", "Images/sec", "gpu_qps"} {
		for _, o := range []dataset.Options{{}, {LatencyColumn: name}} {
			_, _, err := read(t, o, fill("arch,"+name+"\nSMALL,190\nLARGE,80\n"))
			if err == nil || !strings.Contains(err.Error(), "has a rate") {
				t.Errorf("%s, asked for %q: error %v, want that it is a rate", name, o.LatencyColumn, err)
			}
		}
	}
	for _, name := range []string{"time (s)", "latency_s", "seconds", "latency per image [s]", "inference s", "Latency (sec)"} {
		set, _, err := read(t, dataset.Options{LatencyColumn: name}, fill("arch,"+name+"\nSMALL,.0053369\nLARGE,.0125\n"))
		if err != nil || set.Samples[0].LatencyMs != 5.3369 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// YAML is called that, not a list without latencies.
func TestYAMLIsNamed(t *testing.T) {
	for _, text := range []string{"- arch: SMALL\n  latency_ms: 5\n", "- arch:\n    d:\n    - 2\n  latency: 5\n", "---\nnet_0:\n  latency: 5\n", "# mine\nresults:\n- arch: SMALL\n  latency: 5\n"} {
		if _, _, err := read(t, dataset.Options{}, fill(text)); err == nil || !strings.Contains(err.Error(), "this is YAML") {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

// Devices under names that people give their columns are not mixed.
func TestOddDeviceColumns(t *testing.T) {
	for _, name := range []string{"Target", "run_on", "tested on", "server", "Measured On"} {
		_, _, err := read(t, dataset.Options{}, fill("arch,latency_ms,"+name+"\nSMALL,5,phone\nLARGE,8,board\n"))
		if err == nil || !strings.Contains(err.Error(), "2 different devices: phone (1 row), board (1 row)") {
			t.Errorf("%s: error %v, want that devices are mixed", name, err)
		}
	}
}
