package lut_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

// Every CSV table that can be read has times, sums or errors, and is written such that the
// same is read again.
func FuzzReadCSV(f *testing.F) {
	f.Add("resolution,layer,count,mean_ms,std_ms\n160,Conv-input:160x160x3-output:80x80x16,3,1.5,\n")
	f.Add("key,mean,std\nConv-input:160x160x3-output:80x80x16,1e-9,0\nLogits-input:1x1x1-output:1000,2,1\n")
	f.Add("resolution,layer,count,mean_ms,std_ms\n")
	f.Fuzz(func(t *testing.T, text string) {
		table := &lut.Table{Device: "d"}
		if err := table.ReadCSV(strings.NewReader(text), "f"); err != nil {
			return
		}
		for _, r := range table.Resolutions() {
			if len(table.Rows[r]) == 0 {
				t.Errorf("resolution %d has no rows", r)
			}
			for key, e := range table.Rows[r] {
				if !(e.MeanMs >= 0) || math.IsInf(e.MeanMs, 0) || e.StdMs < 0 || e.Count < 0 {
					t.Errorf("%q is %+v", key, e)
				}
			}
		}
		for _, s := range space.All()[:1] {
			_, _ = table.LatencyMs(s, s.Largest()) // an error, mostly
		}
		var first, second bytes.Buffer
		if err := lut.WriteCSV(&first, table); err != nil {
			t.Fatal(err)
		}
		again := &lut.Table{Device: "d"}
		if err := again.ReadCSV(bytes.NewReader(first.Bytes()), "f"); err != nil {
			t.Fatalf("what was written can't be read: %v\n%s", err, first.Bytes())
		}
		if err := lut.WriteCSV(&second, again); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%v: written again it is\n%s, not\n%s", err, second.Bytes(), first.Bytes())
		}
	})
}
