package gpu_test

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/gpu"
)

func TestGPUs(t *testing.T) {
	ti, err1 := gpu.ByID("rtx2080ti")
	p40, err2 := gpu.ByID("p40")
	if err1 != nil || err2 != nil || ti.Cores != 4352 || ti.RAMGB != 11 || ti.BandwidthGBs != 616 || p40.Cores != 3840 || p40.RAMGB != 24 || p40.BandwidthGBs != 347 {
		t.Errorf("the authors' figures: %+v, %+v", ti, p40)
	}
	for _, g := range gpu.All() {
		if g.Cores <= 0 || g.RAMGB <= 0 || g.BandwidthGBs <= 0 || g.FP32TFLOPS <= 0 || g.Source == "" {
			t.Errorf("data sheet with holes: %+v", g)
		}
	}
}
