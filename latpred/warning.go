package latpred

// WarningKind names what is doubtful.
type WarningKind string

// What can be doubtful about data, and about what is made of them.
const (
	WarnRepeatedLabels WarningKind = "repeated-labels"    // one label for all resolutions of a network
	WarnDuplicates     WarningKind = "duplicates"         // architectures with several rows, some on both sides of the split
	WarnContradictions WarningKind = "contradictions"     // one architecture with labels that differ by over 10 %
	WarnTableSums      WarningKind = "table-sums"         // every label is a sum over a lookup table
	WarnAdditive       WarningKind = "additive"           // a sum over choices explains the labels: too well to be measured
	WarnDrift          WarningKind = "drift"              // the device changed while it was measured
	WarnWarmUp         WarningKind = "warm-up"            // the first rows are off: the device was not warm
	WarnOutliers       WarningKind = "outliers"           // rows far from what the others let expect
	WarnScale          WarningKind = "suspicious-scale"   // latencies that look like seconds or microseconds
	WarnLaunchQueue    WarningKind = "launch-queue"       // the clock did not wait for the device
	WarnSameArchs      WarningKind = "same-architectures" // two sets measure the same networks
	WarnOutside        WarningKind = "outside"            // asked for what nothing like it was trained on
	WarnFewRows        WarningKind = "few-rows"           // too few rows for what is promised
)

// Warning is something doubtful but usable.
type Warning struct {
	Kind    WarningKind `json:"kind"`
	Rows    []int       `json:"rows,omitempty"` // of the data, from 0; nil: all, or none in particular
	Message string      `json:"message"`
}

func (w Warning) String() string { return string(w.Kind) + ": " + w.Message }
