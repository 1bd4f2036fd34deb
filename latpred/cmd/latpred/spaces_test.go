package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// foreign are spaces whose networks are not OFA's.
var foreign = []string{"fbnet-cifar100", "nasbench201"}

// made is a file of networks of a space on a made-up device.
func made(t *testing.T, id string, rows int) (path string, s *space.Space) {
	t.Helper()
	s, err := space.ByID(id)
	if err != nil {
		t.Fatal(err)
	}
	device := simulated.Card
	device.NoisePart = .002
	rng := random.Stream(1, id)
	archs := simulated.Archs(s, rng, rows)
	set := &dataset.Set{}
	for i, ms := range device.MeasureMs(s, archs, rng) {
		set.Samples = append(set.Samples, dataset.Sample{Arch: archs[i], LatencyMs: ms})
	}
	var content bytes.Buffer
	if err := dataset.Write(&content, set); err != nil {
		t.Fatal(err)
	}
	return write(t, id+".csv", content.String()), s
}

// From measurements of another space to a search, by the commands that OFA's networks
// go through: each kind that train knows learns an additive device.
func TestOtherSpaces(t *testing.T) {
	for _, id := range foreign {
		t.Run(id, func(t *testing.T) {
			data, s := made(t, id, 900)
			for kind, flags := range map[string][]string{
				"table": nil, "paper": {"--backend", "go", "--layers", "60", "--epochs", "60", "--optimizer", "adam"},
			} {
				model := filepath.Join(t.TempDir(), kind+".latpred")
				mustCall(t, append([]string{"train", "--kind", kind, "--data", data, "--out", model}, flags...)...)
				judgeOther(t, model, data, map[string]float64{"table": .5, "paper": 6}[kind])
				searchOther(t, []string{"--model", model}, s)
			}
			searchOther(t, []string{"--device", data}, s)
			if out, _, status := call(t, "data", "check", data); status > 1 || !strings.Contains(out, "in 1 sets") {
				t.Errorf("data check says %s", out)
			}
		})
	}
}

// judgeOther wants small errors, as many predictions as rows, and savings.
func judgeOther(t *testing.T, model, data string, mapePercent float64) {
	t.Helper()
	var e struct{ metric.Scores }
	decode(t, mustCall(t, "evaluate", "--model", model, "--data", data, "--rows", "test", "--json"), &e)
	if e.N < 100 || e.MAPEPercent > mapePercent {
		t.Errorf("%s is off by %.2f %% on %d rows, want at most %v", model, e.MAPEPercent, e.N, mapePercent)
	}
	if lines := strings.Count(mustCall(t, "predict", "--model", model, data), "\n"); lines != 901 {
		t.Errorf("%d lines of predictions, want a header and 900", lines)
	}
	set, err := dataset.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	if out := mustCall(t, "explain", "--model", model, set.Samples[0].Arch.String()); !strings.Contains(out, "operation skip") {
		t.Errorf("explain says %s", out)
	}
}

// searchOther wants a network under the limit that does more than a random one, and
// that the output says what was maximised.
func searchOther(t *testing.T, latency []string, s *space.Space) {
	t.Helper()
	typical := simulated.Card.PassMs(s, s.Sample(random.Stream(2, "typical")))
	args := append([]string{"search", "--limit", jsonNumber(typical), "--generations", "20", "--population", "40", "--json"}, latency...)
	out, stderr, status := call(t, args...)
	var nets []foundNet
	decode(t, out, &nets)
	if status != 0 || !strings.Contains(stderr, "most multiply-accumulates") {
		t.Errorf("%v: %d %s", args, status, stderr)
	}
	if len(nets) != 1 || nets[0].Objective != byMACs || nets[0].OFA != nil || nets[0].Accuracy != 0 || nets[0].LatencyMs > typical || !s.Contains(nets[0].Arch) {
		t.Fatalf("%v: %s", args, out)
	}
	if ms := simulated.Card.PassMs(s, nets[0].Arch); ms > 1.1*typical {
		t.Errorf("the network that was found takes %v ms, the limit is %v", ms, typical)
	}
	decode(t, mustCall(t, append(args, "--objective", "params")...), &nets)
	if nets[0].Objective != byParams || nets[0].MParams != float64(s.Params(nets[0].Arch))/1e6 {
		t.Errorf("by parameters: %+v", nets[0])
	}
	if _, stderr, status := call(t, append(args, "--objective", "accuracy")...); status != 1 || !strings.Contains(stderr, "accuracy") {
		t.Errorf("by an accuracy that nothing knows: %d %s", status, stderr)
	}
}

func jsonNumber(v float64) string {
	text, _ := json.Marshal(v) // a number always encodes
	return string(text)
}

// What ships can be named wherever a predictor is due.
func TestNamesOfWhatShips(t *testing.T) {
	archs := write(t, "archs.txt", example+"\n")
	if out := mustCall(t, "predict", "--model", "note10", archs); out != "latency_ms\n"+strings.TrimSuffix(mustCall(t, "lut", "sum", example), " ms\n")+"\n" {
		t.Errorf("predict says %s", out)
	}
	var e struct {
		Kind string
		metric.Scores
	}
	decode(t, mustCall(t, "evaluate", "--model", "note10", "--data", "note10-fixed", "--json"), &e)
	if e.Kind != "lookup table" || e.N != 10000 || e.MAEMs > 1e-9 {
		t.Errorf("the table on its own sums: %+v", e)
	}
	if out := mustCall(t, "explain", "--model", "note10", example); !strings.Contains(out, "stage 1, layer 1") {
		t.Errorf("explain says %s", out)
	}
	file := filepath.Join(t.TempDir(), "p40.onnx")
	mustCall(t, "export", "--model", "p40-b64-fixed", "--out", file)
	var nets []foundNet
	decode(t, mustCall(t, "search", "--model", "note10", "--limit", "25", "--generations", "3", "--json"), &nets)
	var same []foundNet
	decode(t, mustCall(t, "search", "--device", "note10", "--limit", "25", "--generations", "3", "--json"), &same)
	if len(nets) != 1 || nets[0].Arch != same[0].Arch {
		t.Errorf("%+v and %+v", nets, same)
	}
	if _, stderr, status := call(t, "predict", "--model", "note11", archs); status != 2 || !strings.Contains(stderr, "epyc-zen4-b1-table") {
		t.Errorf("a name that nothing has: %d %s", status, stderr)
	}
}

// So can the sets of benchmarks; a network of another space, and what can't be maximised, are
// errors that say what to do.
func TestNamesOfBenchmarks(t *testing.T) {
	for name, other := range map[string]string{"fbnet-2080ti-b1": "nasbench201-fpga", "nasbench201/samsung_a50": "fbnet-fpga"} {
		set, err := dataset.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		network := set.Samples[0].Arch.String()
		if lines := strings.Split(mustCall(t, "predict", "--model", name, "--interval", "0.9", network), "\n"); len(lines) != 3 || strings.Count(lines[1], ",") != 2 {
			t.Errorf("%s: predict says %q", name, lines)
		}
		var e struct{ metric.Scores }
		decode(t, mustCall(t, "evaluate", "--model", name, "--data", name, "--rows", "test", "--json"), &e)
		if e.N != set.Rows-int(.7*float64(set.Rows))-int(.15*float64(set.Rows)) || e.MAPEPercent > 4 {
			t.Errorf("%s: %+v", name, e.Scores)
		}
		if out := mustCall(t, "explain", "--model", name, network); !strings.Contains(out, "stem") {
			t.Errorf("%s: explain says %s", name, out)
		}
		var nets []foundNet
		limit := jsonNumber(set.Samples[0].LatencyMs)
		decode(t, mustCall(t, "search", "--device", name, "--limit", limit, "--generations", "3", "--json"), &nets)
		if len(nets) != 1 || nets[0].Objective != byMACs || nets[0].Space != set.SpaceID {
			t.Errorf("%s: found %+v", name, nets)
		}
		mustCall(t, "export", "--model", name, "--out", filepath.Join(t.TempDir(), "m.onnx"))
		for want, args := range map[string][]string{
			"--objective macs": {"search", "--device", name, "--limit", limit, "--objective", "accuracy"},
			set.SpaceID:        {"evaluate", "--model", name, "--data", other},
			"mbv3-w1.0":        {"predict", "--model", name, "--space", "mbv3-w1.0", network},
			"stages":           {"predict", "--model", name, example},
		} {
			if _, stderr, status := call(t, args...); status != 1 || !strings.Contains(stderr, want) {
				t.Errorf("%q: status %d, %s", args, status, stderr)
			}
		}
	}
}

// A set of a benchmark is adapted to without the source that was made from it, which is best
// otherwise.
func TestAdaptToABenchmark(t *testing.T) {
	s, err := space.ByID("fbnet-cifar100")
	if err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Open("fbnet-fpga")
	if err != nil {
		t.Fatal(err)
	}
	all, err := (&adaptCmd{From: []string{"auto"}}).sources(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	left, err := (&adaptCmd{From: []string{"auto"}}).sources(t.Context(), s, set)
	if err != nil || len(left) != len(all)-1 || slices.ContainsFunc(left, func(s *transfer.Source) bool { return s.Name == "fpga" }) {
		t.Errorf("%d of %d sources are left, %v", len(left), len(all), err)
	}
}
