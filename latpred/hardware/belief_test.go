package hardware

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// With a prior so wide that it says nothing of the scale, the belief is the textbook's for a
// normal sample whose variance has an inverse gamma prior: a new value minus the mean, over
// its standard deviation, has a Student distribution. Beside it, the share that its 90 %
// interval holds by a sum over a grid of variances.
func TestGiven(t *testing.T) {
	prior := belief{Sd: 100, NetworkSd: .06}
	for _, logs := range [][]float64{{.3}, {-.2, -.25}, {.1, .2, .15, .12, .3}} {
		got, n := prior.given(logs), float64(len(logs))
		if mean := stat.Mean(logs, nil); math.Abs(got.Log-mean) > 1e-4 {
			t.Errorf("%v: mean %.4f, want %.4f", logs, got.Log, mean)
		}
		half := math.Hypot(got.Sd, got.NetworkSd) * distuv.StudentsT{Sigma: 1, Nu: got.Freedom}.Quantile(.95)
		var sum, held float64
		for v := math.Log(1e-6); v < 3; v += .01 { // logarithm of the variance
			variance := math.Exp(v)
			log := -networkRows/2.*v - networkRows*prior.NetworkSd*prior.NetworkSd/(2*variance) - (n-1)/2*v
			for _, x := range logs {
				log -= (x - got.Log) * (x - got.Log) / (2 * variance)
			}
			p := math.Exp(log)
			sum, held = sum+p, held+p*math.Erf(half/math.Sqrt(2*variance*(1+1/n)))
		}
		if math.Abs(held/sum-.9) > .001 {
			t.Errorf("%v: the 90 %% interval holds %.4f", logs, held/sum)
		}
	}
}

// A prior moves the scale no further than it is sure, and gives way to what contradicts it.
func TestGivenAndPrior(t *testing.T) {
	b := belief{Sd: .1, NetworkSd: .1}
	if got := b.given([]float64{.08}); math.Abs(got.Log-.04) > 1e-9 || math.Abs(got.Sd-math.Sqrt(.005)) > 1e-9 { // equally sure
		t.Errorf("as sure as the prior: %+v", got)
	}
	if got := b.given([]float64{2}); got.Log < 1.99 {
		t.Errorf("a measurement 20 standard deviations off: %+v", got)
	}
}
