package latpred

// WarningKind names what is doubtful.
type WarningKind string

// What can be doubtful about data, and about what is made of them.
const (
	WarnWarmUp    WarningKind = "warm-up"   // the first rows are off
	WarnDrift     WarningKind = "drift"     // residuals follow each other in the order of measuring
	WarnScale     WarningKind = "scale"     // latencies of another order than any device known
	WarnUnits     WarningKind = "units"     // a part of the rows seems to be in another unit
	WarnDuplicate WarningKind = "duplicate" // one architecture with labels that contradict
	WarnOutliers  WarningKind = "outliers"  // rows far from a fit of the others
	WarnOutside   WarningKind = "outside"   // asked for what nothing like it was trained on
	WarnFewRows   WarningKind = "few-rows"  // too few rows for what is promised
)

// Warning is something doubtful but usable.
type Warning struct {
	Kind    WarningKind `json:"kind"`
	Rows    []int       `json:"rows,omitempty"` // of the data, from 0; nil: all, or none in particular
	Message string      `json:"message"`
}

func (w Warning) String() string { return string(w.Kind) + ": " + w.Message }
