package upstream_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/pytorch"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// mirror gives the folder of the upstream files, or skips.
func mirror(t testing.TB) string {
	t.Helper()
	dir, err := upstream.Dir()
	if err != nil {
		t.Skipf("needs the upstream files: %v", err)
	}
	return dir
}

// The shipped files are those that Build makes of the upstream files. Compressed
// bytes may differ with the version of Go; what is in them may not.
func TestBuildMakesWhatShips(t *testing.T) {
	from, dir := mirror(t), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../data")); err != nil {
		t.Fatal(err)
	}
	before := times(t, dir)
	if err := upstream.Build(dir, from); err != nil {
		t.Fatal(err)
	}
	for name, at := range times(t, dir) {
		if at != before[name] {
			t.Errorf("%s was made anew: what ships is not what upstream gives", name)
		}
	}
	// And it does make what is missing.
	gone := filepath.Join(dir, "sets", "p40-b64.csv.gz")
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	if err := upstream.Build(dir, from); err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Open(gone)
	if err != nil || set.Samples[9999] != open(t, "p40-b64").Samples[9999] {
		t.Errorf("a set made anew differs: %v", err)
	}
}

// times gives modification times: Build leaves files alone that hold the same.
func times(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			out[path] = info.ModTime().UnixNano()
		}
		return err
	})
	if err != nil || len(out) < 20 {
		t.Fatalf("%d files, %v", len(out), err)
	}
	return out
}

func TestUpstreamFilesAreThoseOfTheManifest(t *testing.T) {
	dir := t.TempDir()
	files := upstream.Manifest()
	done := 0
	if err := upstream.Fetch(t.Context(), dir, mirror(t), files, func(p upstream.Progress) { done = p.Files }); err != nil {
		t.Fatal(err)
	}
	if done != len(files) {
		t.Errorf("%d of %d files", done, len(files))
	}
}

func TestParseAuthorsCSVErrors(t *testing.T) {
	arch := `"{'wid': None, 'ks': [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3], 'e': 3, 'd': [2, 2, 2, 2, 2], 'r': [160]}"`
	if rows, err := upstream.ParseAuthorsCSV(strings.NewReader("child_arch,latency\n"+arch+",12.5\n"), "a.csv"); err != nil || len(rows) != 1 || rows[0].LatencyMs != 12.5 {
		t.Fatalf("%v, %v", rows, err)
	}
	for want, text := range map[string]string{
		"a.csv:1:1: header \"arch,latency\"": "arch,latency\n",
		"a.csv:2:1: architecture":            "child_arch,latency\n\"{'ks': 3}\",1\n",
		"a.csv:2:1: architecture: JSON":      "child_arch,latency\n\"__import__('os')\",1\n",
		"is no finite number":                "child_arch,latency\n" + arch + ",inf\n",
		"a.csv:2":                            "child_arch,latency\n" + arch + "\n",
		"a.csv: EOF":                         "",
	} {
		if want == "a.csv:2:1: architecture: JSON" {
			want = "a.csv:2:1: architecture, column 1"
		}
		if _, err := upstream.ParseAuthorsCSV(strings.NewReader(text), "a.csv"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want …%s…", text, err, want)
		}
	}
}

// torchZip makes a file as torch.save does.
func torchZip(t testing.TB, records map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range records {
		w, err := z.Create("archive/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// latencies is the pickle of a list of one float64, 12.5.
const latencies = "\x80\x02]q\x00G\x40\x29\x00\x00\x00\x00\x00\x00a."

func TestPicklesAreBounded(t *testing.T) {
	if got, err := upstream.ParseHELPLatencies(bytes.NewReader(torchZip(t, map[string][]byte{"data.pkl": []byte(latencies)})), "h.pt"); err != nil || len(got) != 1 || got[0] != 12.5 {
		t.Fatalf("%v, %v", got, err)
	}
	huge := binary.LittleEndian.AppendUint32([]byte("\x80\x02X"), 0xfffffff0) // a string of 4 GB in a few bytes
	for want, pickle := range map[string][]byte{
		"cut short":                                        []byte(latencies[:8]),
		"cut short: 4294967280 bytes":                      huge,
		"a frame is longer than the file":                  []byte("\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x10."), // a frame of 2^60 bytes
		"would run code where Python loads it (os.system)": []byte("\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R."),
		"want milliseconds above 0":                        []byte("\x80\x02]q\x00G\x7f\xf8\x00\x00\x00\x00\x00\x00a."), // NaN
		"pickle":                                           []byte("\x80\x02a."),                                        // pops an empty stack
		"larger than the 32 MB":                            bytes.Repeat([]byte{0}, 1<<30),                              // a gigabyte of zeros
	} {
		_, err := upstream.ParseHELPLatencies(bytes.NewReader(torchZip(t, map[string][]byte{"data.pkl": pickle})), "h.pt")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want …%s…", pickle, err, want)
		}
	}
	for want, content := range map[string][]byte{
		"h.pt: neither a zip file": []byte("no zip"),
		"no data.pkl":              torchZip(t, map[string][]byte{"other": nil}),
	} {
		if _, err := upstream.ParseHELPLatencies(bytes.NewReader(content), "h.pt"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want …%s…", content, err, want)
		}
	}
}

func TestStateDictErrors(t *testing.T) {
	from := filepath.Join(mirror(t), "OFANAS/OFANAS_PerformanceEstimation/tutorial/checkpoints")
	for _, name := range []string{"acc_predictor.pth", "latency_prediction_model/Individual_trained_models/ofa/checkpoint_note10_ofa.pt"} {
		content, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if tensors, err := pytorch.ParseStateDict(bytes.NewReader(content), name); err != nil || len(tensors) != 8 || tensors[0].Shape[0] != 400 {
			t.Errorf("%s: %d tensors, %v", name, len(tensors), err)
		}
		for _, n := range []int{0, 10, 100, 1000, len(content) / 2, len(content) - 1} {
			if _, err := pytorch.ParseStateDict(bytes.NewReader(content[:n]), name); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s cut to %d bytes: %v", name, n, err)
			}
		}
	}
}

func FuzzParseAuthorsCSV(f *testing.F) {
	f.Add("child_arch,latency\n\"{'wid': None, 'ks': 3, 'e': 3, 'd': 2, 'r': [160]}\",12.5\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := upstream.ParseAuthorsCSV(strings.NewReader(text), "f")
		for _, row := range rows {
			if err == nil && !(row.LatencyMs > 0) {
				t.Errorf("latency %v was accepted", row.LatencyMs)
			}
		}
	})
}

// FuzzPickle feeds pickles, not zip files, whose checksums would stop a fuzzer.
func FuzzPickle(f *testing.F) {
	f.Add([]byte(latencies))
	f.Add([]byte("\x80\x02}q\x00X\x04\x00\x00\x00archq\x01]q\x02s."))
	f.Add([]byte("\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01."))
	f.Add([]byte("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."))
	f.Fuzz(func(t *testing.T, pickle []byte) {
		content := torchZip(t, map[string][]byte{"data.pkl": pickle})
		_, _ = upstream.ParseHELPLatencies(bytes.NewReader(content), "f")
		_, _ = upstream.ParseHELPArchs(bytes.NewReader(content), "f")
		_, _ = pytorch.ParseStateDict(bytes.NewReader(content), "f")
		_, _ = pytorch.ParseStateDict(bytes.NewReader(pickle), "f")
	})
}

func open(t testing.TB, name string) *dataset.Set {
	t.Helper()
	set, err := dataset.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return set
}
