package fewshot

import "math"

// Settings of trust. On a noisy device a power law of a source is hard to beat: few rows
// contain little more information, and most of what they seem to show is noise. So power
// laws get all the weight, unless
//
//   - the leave-one-out error is so small that the device must be quiet: then they keep at
//     most half, and nothing if the evidence against them is clear, or
//   - the full average has a clearly smaller leave-one-out error, by a t statistic that is
//     reduced for few rows.
//
// Source of the numbers: each shipped device predicted from the others, as measured and
// with 5 % of noise added, from 5 to 20 rows, evaluated on validation rows.
const (
	quietError   = .03  // relative leave-one-out error up to which a device is quiet
	noisyError   = .045 // … and from which it is not
	quietTrust   = .5   // share of the full average on a quiet device
	evidenceFrom = 1.0  // log evidence ratio from which the share rises above that
	evidenceSure = 3.0  // … and at which it is 1
	gainFrom     = 1.5  // t statistic from which the full average gets a share
	gainSure     = 2.5  // … and at which it is 1
	gainRows     = 3    // with n rows, t is multiplied by 1 − gainRows/n
)

// trust is the share, 0 to 1, of the full average in the model; power laws get the rest.
func (f *fitter) trust(full, powerLaw *averaged) float64 {
	if f.config.PowerLaw {
		return 0
	}
	n := float64(len(f.y))
	var gain, square float64 // of the relative leave-one-out errors
	for i, y := range f.y {
		g := (math.Abs(powerLaw.loo[i]-y) - math.Abs(full.loo[i]-y)) / y
		gain, square = gain+g/n, square+g*g/n
	}
	t := gain / math.Sqrt(max(1e-18, square-gain*gain)/(n-1)) * (1 - gainRows/n)
	evidence := ramp(full.logBest()-powerLaw.logBest(), evidenceFrom, evidenceSure)
	quiet := 1 - ramp(f.error(full), quietError, noisyError)
	return max(quiet*(quietTrust+(1-quietTrust)*evidence), ramp(t, gainFrom, gainSure))
}

// ramp rises linearly from 0 at v = low to 1 at v = high, and is constant beyond.
func ramp(v, low, high float64) float64 { return max(0, min(1, (v-low)/(high-low))) }

// blend makes the model that mixes the full average and the power laws as trust says.
func (f *fitter) blend(full, powerLaw *averaged) (*Model, *Report) {
	share := f.trust(full, powerLaw)
	m := &Model{Sources: f.sources}
	r := &Report{LooMs: make([]float64, len(f.y)), LooSdMs: make([]float64, len(f.y))}
	m.Components = append(f.components(full, share, maxComponents), f.components(powerLaw, 1-share, maxPowerLaws)...)
	for i := range f.y {
		apart := full.loo[i] - powerLaw.loo[i]
		r.LooMs[i] = powerLaw.loo[i] + share*apart
		r.LooSdMs[i] = math.Sqrt(share*full.looSd[i]*full.looSd[i] + (1-share)*powerLaw.looSd[i]*powerLaw.looSd[i] + share*(1-share)*apart*apart)
	}
	r.LeaveOneOut = map[string]float64{"full": f.error(full), "power law": f.error(powerLaw)}
	m.dropUnused()
	return m, r
}
