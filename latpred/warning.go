package latpred

// WarningKind names a kind of doubt, in the words that files and commands show.
type WarningKind string

// The kinds of doubt about data, and about predictors made from them.
const (
	WarnRepeatedLabels WarningKind = "repeated-labels"    // a network has one label for all its resolutions
	WarnDuplicates     WarningKind = "duplicates"         // architectures with several rows, some on both sides of the split
	WarnEqual          WarningKind = "equal-networks"     // architectures that differ in their texts, and compute the same
	WarnConstantOutput WarningKind = "constant-output"    // networks whose output depends on no image
	WarnRounded        WarningKind = "rounded"            // labels are multiples of a coarse step
	WarnContradictions WarningKind = "contradictions"     // one architecture with labels that differ by over 10 %
	WarnTableSums      WarningKind = "table-sums"         // every label is a sum over a lookup table
	WarnAdditive       WarningKind = "additive"           // a sum over choices explains the labels too well for measured ones
	WarnDrift          WarningKind = "drift"              // the device changed while it was measured
	WarnWarmUp         WarningKind = "warm-up"            // the first rows are off: the device was not warm
	WarnOutliers       WarningKind = "outliers"           // rows far from what the other rows predict
	WarnUnits          WarningKind = "mixed-units"        // a part of the latencies is of another unit, batch size or device
	WarnConstant       WarningKind = "constant"           // all latencies are equal: there is nothing to learn
	WarnScale          WarningKind = "suspicious-scale"   // latencies that look like seconds or microseconds
	WarnLaunchQueue    WarningKind = "launch-queue"       // the clock did not wait for the device
	WarnSameArchs      WarningKind = "same-architectures" // two sets measure the same networks
	WarnOutside        WarningKind = "outside"            // an input unlike anything in the training data
	WarnFewRows        WarningKind = "few-rows"           // too few rows for the promised accuracy or coverage
	WarnColumns        WarningKind = "columns"            // which columns of a file were read, and how
	WarnUnmeasured     WarningKind = "not-measured"       // rows of a file without a latency
	WarnMixed          WarningKind = "mixed"              // rows of several devices, batch sizes, spaces or units
	WarnUnexplained    WarningKind = "unexplained"        // the networks don't explain their labels
	WarnStale          WarningKind = "stale"              // rows have the label of the row before
	WarnCapped         WarningKind = "capped"             // many rows share the largest label
	WarnSeen           WarningKind = "seen"               // rows that judge a predictor were seen in its training
)

// Warning is a doubt about data or a predictor that can still be used.
type Warning struct {
	Kind    WarningKind `json:"kind"`
	Rows    []int       `json:"rows,omitempty"` // rows of the data, from 0; nil: all, or none in particular
	Message string      `json:"message"`
}

// String gives the kind, a colon and the message.
func (w Warning) String() string { return string(w.Kind) + ": " + w.Message }
