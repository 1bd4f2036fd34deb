package dataset_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"pgregory.net/rapid"
)

const small = "r160 d22222 k33-33-33-33-33 e33-33-33-33-33"

func compress(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadOurFormat(t *testing.T) {
	text := "\ufefflatency_ms, arch,runs,measured_at,std_ms,device\n" +
		"12.5," + small + ",10,2026-01-02T03:04:05Z,0.25,phone\n" +
		`7,"{""ks"":3,""e"":3,""d"":2,""r"":[176]}",,,,` + "\n"
	for name, content := range map[string][]byte{"plain": []byte(text), "gzip": compress(t, []byte(text))} {
		set, err := dataset.Read(bytes.NewReader(content), "my.csv")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := dataset.Sample{Arch: space.MustParse(small), LatencyMs: 12.5, StdMs: 0.25, Runs: 10,
			MeasuredAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Device: "phone"}
		if set.Samples[0] != want || set.Samples[1].Arch.Resolution != 176 || set.Rows != 2 || set.Encoding != "ofa-128" || set.Device != "phone" {
			t.Errorf("%s: %+v", name, set)
		}
	}
}

// The code of a file is the narrowest that tells all its networks apart.
func TestReadChoosesEncoding(t *testing.T) {
	for want, rows := range map[string]string{
		"ofa-128":       small + ",1\n",
		"help-145":      small + ",1\nr164" + small[4:] + ",1\n",
		"proxyless-151": "r160 d222221 k33-33-33-33-33-3 e33-33-33-33-33-3,1\n",
	} {
		set, err := dataset.Read(strings.NewReader("arch,latency_ms\n"+rows), want)
		if err != nil || set.Encoding != want {
			t.Errorf("%s, %v, want %s", set.Encoding, err, want)
		}
	}
}

func TestReadWithoutHeader(t *testing.T) {
	for _, text := range []string{
		small + "\n" + small + "\n",
		`{"ks":3,"e":3,"d":2,"r":160}` + "\n" + `{"wid":null,"ks":3,"e":3,"d":2,"r":[160]}` + "\n",
	} {
		in := dataset.NewReader(strings.NewReader(text), "-")
		for i := range 2 {
			if row, err := in.Read(); err != nil || row.Arch != space.MustParse(small) || row.LatencyMs != 0 {
				t.Errorf("row %d of %q: %v, %v", i, text, row, err)
			}
		}
		if _, err := in.Read(); err != io.EOF {
			t.Errorf("after the last row: %v", err)
		}
	}
}

func TestReadErrorsSayWhere(t *testing.T) {
	row := small + ",1\n"
	truncated := compress(t, []byte("arch,latency_ms\n"+strings.Repeat(row, 1000)))
	for want, content := range map[string]string{
		"f.csv: empty, want a header":                                            "",
		"f.csv: column \"arch\" is there twice":                                  "arch,latency_ms,arch\n",
		"no column is known as the architecture; the columns are \"latency_ms\"": "latency_ms\n1\n",
		"no column is known as the latency; the columns are \"arch\"":            "arch\n" + small + "\n",
		"f.csv: no rows": "arch,latency_ms\n",
		"f.csv: 1 of 2 rows not measured: line 3: NaN":                "arch,latency_ms\n" + row + small + ",NaN\n",
		"f.csv: 1 of 1 row not measured: line 2: +Inf":                "arch,latency_ms\n" + small + ",+Inf\n",
		"f.csv: 1 of 1 row not measured: line 2: -3":                  "arch,latency_ms\n" + small + ",-3\n",
		"f.csv: no rows with a latency, 1 without: line 2: 0":         "arch,latency_ms\n" + small + ",0\n",
		"f.csv: no rows with a latency, 1 without: line 2: empty":     "arch,latency_ms\n" + small + ",\n",
		"f.csv:2:45: \"1e999\" is no finite":                          "arch,latency_ms\n" + small + ",1e999\n",
		"f.csv:2:1: does the comma in \"12,500\" separate thousands?": "arch,latency_ms\n" + small + ",\"12,500\"\n",
		"f.csv:2:45: \"12,5,0\" is no finite":                         "arch,latency_ms\n" + small + ",\"12,5,0\"\n",
		"f.csv:2:1: architecture, column 18":                          "arch,latency_ms\nr160 d22222 k33-3-33-33-33 e33-33-33-33-33,1\n",
		"f.csv:2:":                                                    "arch,latency_ms\n" + small + "\n", // a field is missing
		"is no number of runs":                                        "arch,latency_ms,runs\n" + small + ",1,-2\n",
		"f.csv: gzip":                                                 "\x1f\x8bnonsense",
		"f.csv: the file was cut short":                               string(truncated[:len(truncated)/2]),
		"f.csv:3:1: mbv3-w1.0: resolution 300 is":                     "arch,latency_ms\n" + row + strings.Replace(row, "r160", "r300", 1),
		"f.csv:2:1: architecture, column 27: kernel":                  "arch,latency_ms\n" + strings.Replace(row, "33 e", "39 e", 1),
		"f.csv:2:1: mbv3-w1.0: stage 1 has depth 1":                   "arch,latency_ms\nr160 d12222 k3-33-33-33-33 e3-33-33-33-33,1\n",
		"f.csv:2:1: a line is longer than 65536 bytes":                "arch,latency_ms\n" + strings.Repeat("0", 70000),
	} {
		_, err := dataset.Read(strings.NewReader(content), "f.csv")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want …%s…", content, err, want)
		}
	}
	_, err := dataset.Read(strings.NewReader("arch,latency_ms\n"+small+",5x\n"), "f.csv")
	var parse *dataset.ParseError
	if !errors.As(err, &parse) || parse.Line != 2 || parse.Column != 45 {
		t.Errorf("error %v is no ParseError at 2:45", err)
	}
}

// A gigabyte of zeros behind a small gzip'd file takes no memory.
func TestReadBoundsMemory(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		z := gzip.NewWriter(w)
		zeros := bytes.Repeat([]byte{'0'}, 1<<20)
		for range 1024 {
			if _, err := z.Write(zeros); err != nil {
				break // the reader has given up
			}
		}
		w.CloseWithError(z.Close())
	}()
	if _, err := dataset.Read(r, "zeros.csv.gz"); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("a gigabyte of zeros: %v", err)
	}
	r.Close()
}

func TestWriteReadRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := random.Stream(rapid.Uint64().Draw(t, "seed"), "rows")
		spaces := space.All()
		s := spaces[rapid.IntRange(0, len(spaces)-1).Draw(t, "space")]
		set := &dataset.Set{}
		for range rapid.IntRange(1, 20).Draw(t, "rows") {
			row := dataset.Sample{Arch: s.Sample(rng), LatencyMs: math.Exp(10 * rng.NormFloat64())}
			if rng.IntN(2) == 0 {
				row.StdMs, row.Runs = rng.Float64(), rng.IntN(100)
				row.MeasuredAt = time.Unix(rng.Int64N(4e9), 0).UTC()
				row.Device = "a \"device\", with, commas"
			}
			set.Samples = append(set.Samples, row)
		}
		var b bytes.Buffer
		if err := dataset.Write(&b, set); err != nil {
			t.Fatal(err)
		}
		back, err := dataset.Read(&b, "round trip")
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range set.Samples {
			if got := back.Samples[i]; got != row {
				t.Fatalf("row %d: %+v came back as %+v", i, row, got)
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("arch,latency_ms\n" + small + ",12.5\n"))
	f.Add([]byte(small + "\n"))
	f.Add([]byte(`{"ks":3,"e":3,"d":2,"r":160}`))
	f.Add(compress(f, []byte("arch,latency_ms\n")))
	f.Fuzz(func(t *testing.T, content []byte) {
		set, err := dataset.Read(bytes.NewReader(content), "f")
		if err == nil && (len(set.Samples) == 0 || !(set.Samples[0].LatencyMs > 0)) {
			t.Errorf("%q was read as %+v", content, set)
		}
	})
}

func TestOpenListsSets(t *testing.T) {
	for _, name := range []string{"note11", ""} { // "" is no alias, though a set has none
		_, err := dataset.Open(name)
		if err == nil || !strings.Contains(err.Error(), "neither a file nor one of the shipped sets: note10, rtx2080ti-b64") {
			t.Errorf("%q: %v", name, err)
		}
	}
	file := filepath.Join(t.TempDir(), "mine.csv")
	if err := os.WriteFile(file, []byte("arch,latency_ms\n"+small+",3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if set, err := dataset.Open(file); err != nil || set.Rows != 1 {
		t.Errorf("a file: %v, %v", set, err)
	}
}

func ExampleRead() {
	set, err := dataset.Read(strings.NewReader(`arch,latency_ms
r160 d22222 k33-33-33-33-33 e33-33-33-33-33,9.9
r224 d44444 k7777-7777-7777-7777-7777 e6666-6666-6666-6666-6666,92.4
`), "phone.csv")
	if err != nil {
		panic(err)
	}
	fmt.Println(set.Rows, "rows; the second has", set.Samples[1].Arch.Blocks(), "blocks and takes", set.Samples[1].LatencyMs, "ms")
	// Output: 2 rows; the second has 20 blocks and takes 92.4 ms
}
