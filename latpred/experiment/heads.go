package experiment

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
)

// heads is how many seeds fine-tune as published. A head has 401 weights and is cheap, so
// that Quick has the authors' epochs too.
func (r *runner) heads() int {
	if r.profile == Full {
		return 20
	}
	return 3
}

// seedsOf writes a number of seeds.
func seedsOf(n int) string {
	if n == 1 {
		return "one seed"
	}
	return fmt.Sprintf("%d seeds", n)
}

// tunedHead is a head fine-tuned as published, judged on the last rows of the file: with the
// last ReLU, as the authors tested, and without it, as they trained.
type tunedHead struct {
	tested, trained metric.Scores
	history         []mlp.Epoch // validation before the ReLU; only of runs that validate
	diverged        bool
}

// fineTuneAsPublished trains a head on the first n rows of the file by a run's recipe, and
// judges the last epoch on the file's last rows.
func (r *runner) fineTuneAsPublished(source *neural.Predictor, run neural.PublishedRun, set *dataset.Set, n int, seed uint64, validate bool) (tunedHead, error) {
	split := set.SplitFileOrder()
	split.Train = split.Train[:min(n, len(split.Train))]
	if !validate {
		split.Validation = nil
	}
	head, result, err := neural.FineTuneHead(r.ctx, r.be, source, neural.Job{Set: set, Split: split, Seed: seed, Config: run.Config})
	if err != nil {
		return tunedHead{}, err
	}
	t, err := judgeHead(source, head, set.Subset(split.Test))
	t.history, t.diverged = result.History, result.Diverged
	return t, err
}

// judgeHead judges a head on a source both ways.
func judgeHead(source *neural.Predictor, head *neural.Head, test *dataset.Set) (t tunedHead, err error) {
	tested, err := neural.AsTested(source, head, latpred.Provenance{})
	if err != nil {
		return t, err
	}
	trained, err := neural.AsTrained(source, head, latpred.Provenance{})
	if err != nil {
		return t, err
	}
	if t.tested, err = judge(tested, test); err != nil {
		return t, err
	}
	t.trained, err = judge(trained, test)
	return t, err
}

// tunedHeads are those of several seeds.
type tunedHeads []tunedHead

// values are a score of each head, as tested or as trained.
func (h tunedHeads) values(asTrained bool, of func(metric.Scores) float64) []float64 {
	return each(h, func(t tunedHead) float64 {
		if asTrained {
			return of(t.trained)
		}
		return of(t.tested)
	})
}

// headSeeds trains heads on a source under seeds 1 to n. One that diverges is an error:
// none of the authors' recipes does.
func (r *runner) headSeeds(source *neural.Predictor, run neural.PublishedRun, set *dataset.Set, rows, n int) (tunedHeads, error) {
	var all tunedHeads
	for seed := range uint64(n) {
		t, err := r.fineTuneAsPublished(source, run, set, rows, 1+seed, false)
		if err != nil {
			return nil, err
		}
		if t.diverged {
			return nil, fmt.Errorf("%s to %s, seed %d: diverged", run.From, run.To, 1+seed)
		}
		all = append(all, t)
	}
	return all, nil
}

// releasedHead judges a head that the authors released on the test rows of the whole set,
// both ways.
func releasedHead(run neural.PublishedRun) (tunedHead, error) {
	source, err := neural.Released(run.From)
	if err != nil {
		return tunedHead{}, err
	}
	head, err := neural.ReleasedHead(run.From, run.Head)
	if err != nil {
		return tunedHead{}, err
	}
	set, err := dataset.Open(run.To)
	if err != nil {
		return tunedHead{}, err
	}
	return judgeHead(source, head, set.Subset(set.SplitFileOrder().Test))
}

// ownSources is how many sources of our own are trained as published, and headsOfEach how
// many heads are trained on each of them.
const ownSources, headsOfEach = 3, 3

// publishedRows are the rows of a target that need the authors' recipe: their error, the
// same without the ReLU that was lost, the same from sources of our own, the run that they
// did not print if there is one, and, last, the RMSE of the first.
func (r *runner) publishedRows(source trainedSet, t target, released *neural.Predictor, own []*neural.Predictor, set *dataset.Set) ([]Row, error) {
	run, ok := neural.PublishedRunOf(source.set, t.set)
	if !ok {
		return nil, fmt.Errorf("no run of the authors from %s to %s", source.set, t.set)
	}
	name := source.device + " → " + t.device
	rows := []Row{newRow(name+": what the paper calls RMSE", "ms"), newRow(name+": what the paper calls RMSE, tested as trained", "ms"),
		newRow(name+": what the paper calls RMSE, from our source", "ms")}
	rows[0].Paper, rows[0].Checkpoint, rows[0].Note = Number(t.paper), Number(t.checkpointPaperRMSE), t.note
	heads, err := r.headSeeds(released, run, set, run.Rows, r.heads())
	if err != nil {
		return nil, err
	}
	rows[0].publish(heads.values(false, paperRMSEOf))
	rows[1].publish(heads.values(true, paperRMSEOf))
	r.tick(name + ", as published")
	if run.Head != "" {
		was, err := releasedHead(run)
		if err != nil {
			return nil, err
		}
		rows[1].Checkpoint = Number(was.trained.PaperRMSEMs)
	}
	var fromOwn []float64
	for _, m := range own {
		heads, err := r.headSeeds(m, run, set, run.Rows, headsOfEach)
		if err != nil {
			return nil, err
		}
		fromOwn = append(fromOwn, heads.values(false, paperRMSEOf)...)
	}
	rows[2].publish(fromOwn)
	rows[2].Note = fmt.Sprintf("sources trained as published: %d, heads on each: %d", len(own), headsOfEach)
	r.tick(name + ", from our sources")
	if t.other != nil {
		row, err := r.otherRow(name, *t.other, source, released, set)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	rmse := newRow(name+": RMSE", "ms")
	rmse.Checkpoint = Number(t.checkpointRMSE)
	rmse.publish(heads.values(false, rmseOf))
	return append(rows, rmse), nil
}

// otherRow is the row of a run that the authors released and did not print.
func (r *runner) otherRow(name string, other otherRun, source trainedSet, released *neural.Predictor, set *dataset.Set) (Row, error) {
	row := newRow(fmt.Sprintf("%s, %s: what the paper calls RMSE", name, other.name), "ms")
	row.Note = other.note
	runs := neural.PublishedRuns()
	run := runs[slices.IndexFunc(runs, func(run neural.PublishedRun) bool { return run.From == source.set && run.Head == other.head })]
	was, err := releasedHead(run)
	if err != nil {
		return row, err
	}
	heads, err := r.headSeeds(released, run, set, run.Rows, r.heads())
	if err != nil {
		return row, err
	}
	row.Checkpoint = Number(was.tested.PaperRMSEMs)
	row.publish(heads.values(false, paperRMSEOf))
	return row, nil
}

// fineTuneNotes say what was done, and why it comes out as it does.
func (r *runner) fineTuneNotes(source trainedSet) []string {
	notes := []string{
		fmt.Sprintf("As published: the source that the authors released, %s of a head, each run's own optimizer, the last epoch, judged on the last 1,500 rows of the file, as are the checkpoint and the best. Corrected: %s, each with a source and a split by architecture of its own, judged on its test rows.", seedsOf(r.heads()), seedsOf(r.size.seeds)),
		"The authors' program cuts the source's last layer off together with the ReLU before it, and trains the new layer on values that may be negative; their test has the ReLU, which cuts the negative ones off. What that costs is the distance to the row tested as trained: the same weights without it.",
		"Rows without a method train the last layer, others are named: the paper's text says that the first two layers are frozen.",
	}
	if source.set == table1Sets()[1].set {
		notes = append(notes, "Of the RTX 2080 Ti's last hidden values 64 % are negative, and larger than the positive ones: this, not the base device, is why the paper's Table 3 is so much worse than its Table 2. From our own sources the sign and the cause are the same and the size is smaller: the network that the authors released lies outside of ours in the norms of three layers, which is not explained.")
	}
	return append(notes, "The closed form is no network: the source's, x, taken to the target by y = a·xᵇ with the file's first 700 rows.", xeonNote)
}
