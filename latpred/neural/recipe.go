package neural

import "github.com/ofalat/ofalat/latpred/mlp"

// PublishedRun is a fine-tuning that the paper's authors made.
type PublishedRun struct {
	From, To string     // data sets: of the source predictor, and of the rows to learn from
	Rows     int        // how many rows it learnt from: the first of To's file
	Config   mlp.Config // optimizer, epochs and batch
	Head     string     // the second argument of ReleasedHead; "": the head was not released
	Printed  bool       // the paper's Table 2 or 3 prints its error
}

// PublishedRuns returns the authors' fine-tunings. Each has its own optimizer: the program
// that they released holds only the last one's. Source: the released weights, in which the
// share of the fresh weights that weight decay left, the norm and the bias of the last layer
// tell learning rate, decay and momentum apart; and the knees of the authors' loss curves.
// The decay of the first two can't be told: any of the authors' grid fits.
func PublishedRuns() []PublishedRun {
	const note10, rtx, p40, xeon = "note10", "rtx2080ti-b64", "p40-b64", "xeon-b64-fixed"
	slow, fast, last := sgd(1e-4, 1e-2, 0.6), sgd(1e-2, 1e-2, 0.9), PublishedFineTuning()
	long, decayed := fast, last
	long.Epochs, decayed.Optimizer.WeightDecay = 200, 1e-2
	return []PublishedRun{
		{note10, rtx, 700, slow, rtx, true},
		{note10, p40, 700, slow, p40, true},
		{note10, xeon, 700, long, "", true},
		{rtx, note10, 700, fast, note10, true},
		{rtx, p40, 700, fast, p40, true},
		{rtx, xeon, 700, last, xeon, true},
		{note10, xeon, 1100, slow, xeon, false},
		{rtx, xeon, 700, decayed, xeon + "-v1", false},
	}
}

// PublishedRunOf returns the fine-tuning between two data sets whose error the paper
// prints; false if it prints none.
func PublishedRunOf(from, to string) (PublishedRun, bool) {
	for _, run := range PublishedRuns() {
		if run.From == from && run.To == to && run.Printed {
			return run, true
		}
	}
	return PublishedRun{}, false
}

// PublishedFineTuning returns the recipe in the program that the paper's authors released:
// that of their last run, from the RTX 2080 Ti to the Xeon. Each of their other runs had
// its own; see PublishedRuns.
func PublishedFineTuning() mlp.Config { return sgd(1e-1, 1e-3, 0.9) }

// sgd is the authors' recipe with an optimizer of these values.
func sgd(rate, decay, momentum float64) mlp.Config {
	config := mlp.Published()
	config.Optimizer = mlp.Optimizer{Kind: mlp.SGD, LearningRate: rate, WeightDecay: decay, Momentum: momentum}
	return config
}
