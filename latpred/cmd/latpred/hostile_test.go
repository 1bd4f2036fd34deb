package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"strings"
	"testing"
)

// Folders and devices in place of files are refused by every command that reads one.
func TestNoFiles(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("no /dev/zero")
	}
	out := t.TempDir() + "/out"
	for _, line := range []string{
		"data check FILE",
		"data merge FILE --out " + out,
		"train --kind table --data FILE --out " + out,
		"adapt --data FILE --out " + out,
		"tune --data FILE --backend go",
		"evaluate --model note10 --data FILE",
		"predict --model note10 FILE",
		"predict --model FILE x",
		"predict --gpu FILE x",
		"card FILE",
		"card note10 --data FILE",
		"lut sum --table FILE x",
		"lut check --table FILE",
		"measure nets --archs FILE --backend go --out " + out,
		"measure nets --n 2 --normalise FILE --backend go --out " + out,
	} {
		for place, want := range map[string]string{"/dev/zero": "device", t.TempDir(): "folder"} {
			if strings.HasPrefix(line, "lut") && want == "folder" {
				continue // of YAML files
			}
			_, stderr, status := call(t, strings.Fields(strings.Replace(line, "FILE", place, 1))...)
			if status == 0 || !strings.Contains(stderr, want) && !strings.Contains(stderr, "regular file") {
				t.Errorf("%s with a %s: status %d, %s", line, want, status, stderr)
			}
		}
	}
}

// Few bytes that unpack to a row without end, and files whose numbers can't be, are errors
// that say where.
func TestHostileFiles(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("arch,latency_ms\n\"" + strings.Repeat("\n", 16<<20))); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	journal := `{"header":{"format":"latpred measure 1","what":"nets","space":"mbv3-w1.0","device":"d","batch":1,"rounds":0,"extra":0,"runs":1,"statistic":"","machine":null}}` + "\n" +
		`{"begin":{"group":0,"anchors":["a"],"units":["u"],"session":"2026-01-01T00:00:00Z"}}` + "\n"
	for name, c := range map[string]struct{ content, line, want string }{
		"bomb.csv.gz": {packed.String(), "data check FILE", "bomb.csv.gz:2:1: a row is longer than 1048576 bytes"},
		"keys.yaml":   {strings.Repeat("k: 1\n", 5000), "lut check --table FILE", "keys.yaml: a map of more than 2048 keys"},
		"header.csv":  {"resolution,layer,count,mean_ms,std_ms\n", "lut check --table FILE", "header.csv: no rows"},
		"j.journal":   {journal, "measure nets --n 2 --backend go --out FILE.csv --normalise FILE", "j.journal:2: a group, where the header has 0 rounds"},
		"gpu.json":    {strings.Repeat(" ", 70<<10) + "{}", "predict --gpu FILE x", "gpu.json: larger than the 64 kB"},
	} {
		path := write(t, name, c.content)
		_, stderr, status := call(t, strings.Fields(strings.ReplaceAll(c.line, "FILE", path))...)
		if status != 1 || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: status %d, %s, want %s", name, status, stderr, c.want)
		}
	}
}
