package hardware_test

import (
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/hardware"
)

func TestGPU(t *testing.T) {
	for _, c := range []struct {
		spec     string
		warnings int
	}{
		{`{"name":"a Turing card","generation":"Turing","bandwidth_gb_per_s":600,"fp32_tflops":14}`, 0},
		{`{"name":"of an unknown generation","bandwidth_gb_per_s":600,"fp32_tflops":14}`, 1},
		{`{"name":"H100","generation":"hopper","bandwidth_gb_per_s":3350,"fp32_tflops":66.9}`, 2},
		{`{"name":"batch 1","generation":"turing","bandwidth_gb_per_s":600,"fp32_tflops":14,"batch":1}`, 1},
	} {
		spec, err := hardware.ParseSpec([]byte(c.spec))
		if err != nil {
			t.Fatal(err)
		}
		_, warnings, err := catalog.GPU(t.Context(), spec)
		if err != nil || len(warnings) != c.warnings {
			t.Errorf("%s: %v, %v", c.spec, warnings, err)
		}
	}
	for _, bad := range []string{`{}`, `{"bandwidth":600}`, `{"bandwidth_gb_per_s":-1,"fp32_tflops":14}`, `nonsense`} {
		if _, err := hardware.ParseSpec([]byte(bad)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
	if _, _, err := catalog.GPU(t.Context(), hardware.Spec{BandwidthGBs: 600, FP32TFLOPS: 14, Batch: 7}); err == nil || !strings.Contains(err.Error(), "batches [1 32 64]") {
		t.Errorf("batch 7: %v", err)
	}
}
