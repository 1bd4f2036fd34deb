package hardware

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat"
)

// Deviation of single networks from the law, as the standard deviation of the natural
// logarithm, and how many measurements that guess counts as. It holds the noise of
// measurements, too. Where neither work nor launches decide alone, networks and cards differ in
// how much of each they have. The values were chosen on the GPUs that ship, see TestMeasured: one
// deviation for all was too small where they are mixed, and too large elsewhere.
const (
	networkSd   = .05
	mixedSd     = .10 // where half of the time is work, in addition
	networkRows = 4
)

// networkDeviation is the standard deviation for a share of work.
func networkDeviation(work float64) float64 { return networkSd + mixedSd*4*work*(1-work) }

// farOff is how many standard deviations measurements may be off before Measured doubts them.
const farOff = 2.5

// Measured gives a predictor of the same GPU that also knows measurements of it,
// milliseconds, at least one. They move the scale, and show how far single networks are off.
// seen says where they come from; its Data is the name of the set. Measured errs if a network
// is not in the space, if a latency is not finite and above 0, or below what the data sheet's
// arithmetic allows; it warns if the measurements contradict the data sheet. It panics if the
// lengths differ. Measurements that h knows already are forgotten.
func (h *Predictor) Measured(archs []space.Arch, ms []float64, seen latpred.Source) (*Predictor, []latpred.Warning, error) {
	latpred.MustMatch(ms, archs)
	if len(archs) == 0 {
		return nil, nil, fmt.Errorf("no measurements of %s", h.spec.Name)
	}
	logs := make([]float64, len(ms))
	for i, a := range archs {
		pred, least, err := h.law(a)
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("measurement %d: %w", i+1, err)
		case !(ms[i] > 0) || math.IsInf(ms[i], 0):
			return nil, nil, fmt.Errorf("measurement %d: %v is no latency", i+1, ms[i])
		case ms[i] < least:
			return nil, nil, fmt.Errorf("measurement %d: %.4g ms is faster than %g teraflops allow, %.4g ms at batch %d: is that the batch, and are latencies in milliseconds?", i+1, ms[i], h.spec.FP32TFLOPS, least, h.spec.Batch)
		}
		logs[i] = math.Log(ms[i] / pred)
	}
	known, prior := *h, h.prior
	prior.NetworkSd = cmp.Or(prior.NetworkSd, networkDeviation(1)) // a file of an earlier version has none
	known.scale = prior.given(logs)
	known.rows = len(ms)
	known.provenance.Rows += len(ms) - h.rows
	sources := h.provenance.Sources
	if h.rows > 0 { // without those that are forgotten
		sources = sources[:max(0, len(sources)-1)]
	}
	known.provenance.Sources = append(slices.Clone(sources), seen)
	known.provenance.Device = fmt.Sprintf("%s, batch %d", h.spec.Name, h.spec.Batch)
	known.provenance.Recipe = map[string]string{"measurements": strconv.Itoa(len(ms))}
	for name, setting := range h.provenance.Recipe {
		known.provenance.Recipe[name] = cmp.Or(known.provenance.Recipe[name], setting)
	}
	var warnings []latpred.Warning
	if sd := math.Hypot(prior.Sd, prior.NetworkSd); math.Abs(known.scale.Log) > farOff*sd {
		warnings = []latpred.Warning{{Kind: latpred.WarnScale, Message: fmt.Sprintf("%s takes %.3g times as long as its data sheet lets expect, which is hardly likely: are space, batch (%d) and unit right?", h.spec.Name, math.Exp(known.scale.Log), h.spec.Batch)}}
	}
	return &known, warnings, nil
}

// belief is what is believed of a GPU's latencies, relative to what its parts say.
type belief struct {
	Log       float64 `json:"log"`               // mean of the logarithm of the factor that is common to all networks
	Sd        float64 `json:"sd"`                // its standard deviation
	NetworkSd float64 `json:"network_sd"`        // standard deviation of the logarithm of a network's own factor
	Freedom   float64 `json:"freedom,omitempty"` // degrees of freedom of the distribution; 0: it is normal
}

// given is the belief after logarithms of factors were measured. Their spread about their own
// mean, with the prior, tells how far networks are off; the scale is then the mean of a normal
// distribution. A mean beyond the prior's standard deviation widens the prior to itself: a
// scale is more easily wrong than a measurement is.
func (b belief) given(logs []float64) belief {
	n := float64(len(logs))
	mean := stat.Mean(logs, nil)
	freedom := networkRows + n - 1
	square := b.NetworkSd * b.NetworkSd * networkRows
	for _, v := range logs {
		square += (v - mean) * (v - mean)
	}
	network := square / freedom
	before, measured := 1/max(b.Sd*b.Sd, mean*mean), n/network
	return belief{
		Log: mean * measured / (before + measured), Sd: math.Sqrt(1 / (before + measured)),
		NetworkSd: math.Sqrt(network), Freedom: freedom,
	}
}
