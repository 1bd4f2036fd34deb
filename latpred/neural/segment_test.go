package neural_test

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/ofalat/ofalat/latpred/hpo"
	"github.com/ofalat/ofalat/latpred/neural"
)

// A search whose trials are trained in segments, each from a checkpoint, is the search that
// trains them in one go: every scheduler, one and several at a time.
func TestSegmentsAreTheSearch(t *testing.T) {
	watch := hpo.Watch{Metric: neural.MetricValRMSE}
	configs := hpo.Grid([]hpo.Axis{{Name: neural.AxisRate, Values: []float64{1e-3, 1e-2, 1e6}}, {Name: neural.AxisMomentum, Values: []float64{.5, .9}}})
	rungs := hpo.Rungs{Grace: 1, Reduction: 2, Max: 4}
	schedulers := map[string]func() (hpo.Scheduler, error){
		"grid":      func() (hpo.Scheduler, error) { return hpo.FIFO(configs, 3), nil },
		"stopping":  func() (hpo.Scheduler, error) { return hpo.Stopping(configs, rungs, watch) },
		"promotion": func() (hpo.Scheduler, error) { return hpo.Promotion(configs, rungs, watch) },
		"halving":   func() (hpo.Scheduler, error) { return hpo.Halving(configs, rungs, 1, watch) },
	}
	for name, scheduler := range schedulers {
		t.Run(name, func(t *testing.T) {
			be, s := goBackend(t), tuning(t, 4)
			search := func(workers int, elsewhere bool) map[int]string {
				var err error
				if s.Scheduler, err = scheduler(); err != nil {
					t.Fatal(err)
				}
				dir := t.TempDir()
				s.Workers, s.Elsewhere = workers, nil
				if elsewhere {
					s.Elsewhere = func(ctx context.Context, trial int, c hpo.Config, to int) (map[string]float64, error) {
						return neural.Segment(ctx, be, s, c, to, filepath.Join(dir, fmt.Sprint(trial)))
					}
				}
				trials, err := neural.Tune(t.Context(), be, s)
				if err != nil {
					t.Fatal(err)
				}
				got := map[int]string{}
				for _, trial := range trials {
					got[trial.Trial] = fmt.Sprint(trial.State, trial.Epoch, trial.Rungs)
					if trial.State == hpo.Completed {
						got[trial.Trial] += fmt.Sprint(trial.Last)
					}
				}
				return got
			}
			one := search(1, true)
			if name == "halving" || name == "grid" { // whose results do not depend on how many work
				if here, several := search(1, false), search(3, true); !reflect.DeepEqual(here, one) || !reflect.DeepEqual(several, one) {
					t.Errorf("here %v\nin segments %v\nthree at a time %v", here, one, several)
				}
			} else if again := search(1, true); !reflect.DeepEqual(again, one) {
				t.Errorf("%v, then %v", one, again)
			}
		})
	}
}
