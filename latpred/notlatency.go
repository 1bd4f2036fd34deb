package latpred

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred/space"
)

// NotLatencyError says that a predictor gave a number that is no latency.
type NotLatencyError struct {
	Index int        // of the architecture in the list that was predicted
	Arch  space.Arch // the architecture
	Ms    float64    // what was given for it: NaN, infinite, or not above 0
}

// Error names the architecture and the number.
func (e *NotLatencyError) Error() string {
	return fmt.Sprintf("architecture %d (%s): the predictor gives %v ms, which is no latency: it is damaged, its training diverged, or the network is unlike all that it was made from", e.Index, e.Arch, e.Ms)
}

// CheckMs returns nil if all numbers, the predictions of archs in milliseconds, are finite
// and above 0, else a *NotLatencyError for the first that is not. Predictors give what
// their arithmetic gives; whoever passes predictions on calls CheckMs before. It panics if
// ms and archs differ in length.
func CheckMs(ms []float64, archs []space.Arch) error {
	MustMatch(ms, archs)
	for i, v := range ms {
		if !(v > 0) || math.IsInf(v, 1) { // also NaN
			return &NotLatencyError{i, archs[i], v}
		}
	}
	return nil
}

// Checked is p.PredictMs, and errs with CheckMs where a prediction is no latency.
func Checked(p Predictor) func(dst []float64, archs []space.Arch) error {
	return func(dst []float64, archs []space.Arch) error {
		if err := p.PredictMs(dst, archs); err != nil {
			return err
		}
		return CheckMs(dst, archs)
	}
}
