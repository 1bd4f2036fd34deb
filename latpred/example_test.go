package latpred_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/space"
)

// perPixel is the least that predicts: so many milliseconds for a thousand pixels.
type perPixel float64

func (p perPixel) Kind() string { return "per pixel" }

func (p perPixel) PredictMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	for i, a := range archs {
		dst[i] = float64(p) * float64(a.Resolution*a.Resolution) / 1000
	}
	return nil
}

func (p perPixel) Provenance() latpred.Provenance {
	return latpred.Provenance{Device: "a made-up one", Note: "by guess"}
}

func ExamplePredictor() {
	var p latpred.Predictor = perPixel(0.5)
	archs := []space.Arch{
		space.MustParse("r160 d22222 k33-33-33-33-33 e33-33-33-33-33"),
		space.MustParse("r224 d22222 k33-33-33-33-33 e33-33-33-33-33"),
	}
	ms := make([]float64, len(archs))
	if err := p.PredictMs(ms, archs); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f ms on %s\n", ms, p.Provenance().Device)

	// A clock that waits for the device shows the pass: it has no PassTimer.
	if err := latpred.PassMs(p, ms, archs); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f ms\n", ms)
	// Output:
	// [12.8 25.1] ms on a made-up one
	// [12.8 25.1] ms
}
