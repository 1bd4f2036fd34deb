package hardware_test

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/hardware"
)

// No data sheet panics, and one that is read is one that can be predicted for.
func FuzzParseSpec(f *testing.F) {
	f.Add([]byte(`{"name":"A","generation":"Turing","bandwidth_gb_per_s":616,"fp32_tflops":13.4}`))
	f.Add([]byte(`{"bandwidth_gb_per_s":1e400,"fp32_tflops":-0,"batch":-1,"space":"x"}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := hardware.ParseSpec(content)
		if err != nil {
			return
		}
		if !(s.BandwidthGBs > 0 && s.FP32TFLOPS > 0) || s.Batch <= 0 || s.Space == "" {
			t.Errorf("%q became %+v", content, s)
		}
	})
}
