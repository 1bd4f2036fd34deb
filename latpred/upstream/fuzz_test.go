package upstream_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/upstream"
)

// FuzzHELPTables feeds pickles to the readers of HELP's networks and latencies in other spaces.
func FuzzHELPTables(f *testing.F) {
	f.Add([]byte(latencies))
	f.Add([]byte("\x80\x02](K\x00K\x01K\x02e."))
	f.Add([]byte("\x80\x02}X\x4a\x00\x00\x00|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|none~2|  K\x00s."))
	f.Fuzz(func(t *testing.T, pickle []byte) {
		content := torchZip(t, map[string][]byte{"data.pkl": pickle})
		_, _ = upstream.ParseHELPFBNet(bytes.NewReader(content), "f")
		_, _ = upstream.ParseHELPNASBench201(bytes.NewReader(content), "f")
		ms, err := upstream.ParseHELPLatencies(bytes.NewReader(content), "f")
		for _, v := range ms {
			if err == nil && (!(v > 0) || math.IsInf(v, 0)) {
				t.Errorf("latency %v was accepted", v)
			}
		}
	})
}
