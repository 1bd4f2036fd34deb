package neural_test

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/hpo"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
)

// tuning is a search over four optimizers, one of which diverges at once.
func tuning(t *testing.T, epochs int) neural.Search {
	t.Helper()
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seqTo(300))
	configs := []hpo.Config{
		{neural.AxisRate: 1e-3}, {neural.AxisRate: 1e-2, neural.AxisDecay: 0.1}, {neural.AxisRate: 1e6}, {neural.AxisRate: 1e-2, neural.AxisMomentum: 0.5},
	}
	return neural.Search{
		Set: set, Split: set.SplitFileOrder(), Seed: 5, Scheduler: hpo.FIFO(configs, epochs),
		Config: mlp.Config{Layers: []int{0, 20, 1}, Epochs: 99, BatchSize: 32, Optimizer: mlp.Optimizer{Kind: mlp.SGD, Momentum: 0.9, WeightDecay: 1e-4}},
	}
}

// A trial is the training that Train carries out with its optimizer and the search's seed.
func TestTuneTrainsAsTrainDoes(t *testing.T) {
	const epochs = 3
	s := tuning(t, epochs)
	events := 0
	s.Observe = func(hpo.Event) { events++ }
	trials, err := neural.Tune(t.Context(), goBackend(t), s)
	if err != nil || len(trials) != 4 || events != 4 {
		t.Fatalf("%d trials after %d events, %v", len(trials), events, err)
	}
	for i, trial := range trials {
		config := s.Config
		config.Epochs = epochs
		if config.Optimizer, err = neural.OptimizerOf(config.Optimizer, trial.Config); err != nil {
			t.Fatal(err)
		}
		_, result, err := neural.Train(t.Context(), goBackend(t), neural.Job{Set: s.Set, Split: s.Split, Seed: s.Seed, Config: config})
		if i == 2 {
			if trial.State != hpo.Diverged || err == nil && !result.Diverged {
				t.Errorf("a learning rate of a million: %s; Train: %v", trial.State, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		last := result.History[epochs-1]
		want := map[string]float64{neural.MetricValRMSE: last.ValRMSE, neural.MetricValMAE: last.ValMAE, neural.MetricValLast: last.ValLast, neural.MetricTrainLoss: last.TrainLoss}
		if trial.State != hpo.Completed || trial.Epoch != epochs || !reflect.DeepEqual(trial.Last, want) {
			t.Errorf("trial %d (%s) %s with %v, Train gives %v", i, trial.Config, trial.State, trial.Last, want)
		}
	}
	if trials[0].Last[neural.MetricValRMSE] == trials[3].Last[neural.MetricValRMSE] {
		t.Error("two optimizers give the same error")
	}
}

// A finished search is read from its journal without training; of other rows, or another
// recipe, the journal is refused.
func TestTuneJournal(t *testing.T) {
	s := tuning(t, 1)
	s.Journal = filepath.Join(t.TempDir(), "tune.journal")
	first, err := neural.Tune(t.Context(), goBackend(t), s)
	if err != nil {
		t.Fatal(err)
	}
	again := tuning(t, 1)
	again.Journal = s.Journal
	again.Observe = func(e hpo.Event) {
		if !e.Resumed {
			t.Errorf("trial %d was trained again", e.Report.Trial)
		}
	}
	if second, err := neural.Tune(t.Context(), goBackend(t), again); err != nil || len(second) != 4 || second[0].Last[neural.MetricValRMSE] != first[0].Last[neural.MetricValRMSE] {
		t.Errorf("%v, %v, first %v", second, err, first)
	}
	for name, change := range map[string]func(*neural.Search){
		"seed": func(s *neural.Search) { s.Seed++ }, "rows": func(s *neural.Search) { s.Set.Samples[7].LatencyMs++ }, "batch": func(s *neural.Search) { s.Config.BatchSize++ },
		"layers": func(s *neural.Search) { s.Config.Layers = []int{0, 21, 1} }, "optimizer": func(s *neural.Search) { s.Config.Optimizer.Kind = mlp.Adam },
	} {
		other := tuning(t, 1)
		other.Journal = s.Journal
		change(&other)
		if _, err := neural.Tune(t.Context(), goBackend(t), other); err == nil || !strings.Contains(err.Error(), "another search") {
			t.Errorf("another %s: %v", name, err)
		}
	}
}

// The authors' grid, and what is no axis of it.
func TestAxes(t *testing.T) {
	if n := len(hpo.Grid(neural.PublishedAxes())); n != 36 {
		t.Errorf("%d configurations, want 36", n)
	}
	base := mlp.Optimizer{Kind: mlp.SGD, LearningRate: 1, Momentum: 2, WeightDecay: 3}
	got, err := neural.OptimizerOf(base, hpo.Config{neural.AxisRate: 4, neural.AxisDecay: 5})
	if want := (mlp.Optimizer{Kind: mlp.SGD, LearningRate: 4, Momentum: 2, WeightDecay: 5}); err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	if got, err := neural.OptimizerOf(base, hpo.Config{neural.AxisMomentum: 6}); err != nil || got.Momentum != 6 || got.LearningRate != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	s := tuning(t, 1)
	s.Scheduler = hpo.FIFO([]hpo.Config{{"dropout": 0.5}}, 1)
	if _, err := neural.Tune(t.Context(), goBackend(t), s); err == nil || !strings.Contains(err.Error(), `no axis "dropout"`) {
		t.Errorf("an unknown axis: %v", err)
	}
}
