package experiment

import (
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/space"
)

// headTrainer can train heads on whole sets, and no more than heads.
func headTrainer(t *testing.T) *runner {
	t.Helper()
	r := runnerOf(t, Quick)
	r.be, r.size = goBackend(t), size{epochs: 1, seeds: 1}
	return r
}

// The rows of Tables 2 and 3 as published, with three seeds: what is printed lies in their
// range or within half of it beside; tested as trained the errors are smaller, and near those
// of the released heads; the RMSE is larger.
func TestPublishedRows(t *testing.T) {
	r := headTrainer(t)
	for i, targets := range [][]target{table2Targets(), table3Targets()} {
		source := table1Sets()[i]
		released, err := neural.Released(source.set)
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range targets {
			set, err := r.size.open(to.set)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := r.publishedRows(source, to, released, nil, set)
			if err != nil {
				t.Fatal(err)
			}
			tested, trained, rmse := rows[0], rows[1], rows[len(rows)-1]
			if tested.Paper != Number(to.paper) || !trained.Paper.Missing() || rmse.Quantity != source.device+" → "+to.device+": RMSE" {
				t.Errorf("%s: %+v, %+v, %+v", to.device, tested, trained, rmse)
			}
			// Note10 to the Xeon varies by .5 %, the others by 2 to 5 %.
			near(t, tested.Quantity, float64(tested.AsPublished), to.paper, .06)
			if !trained.Checkpoint.Missing() {
				near(t, trained.Quantity, float64(trained.AsPublished), float64(trained.Checkpoint), .15)
			}
			if trained.AsPublished >= tested.AsPublished || rmse.AsPublished <= tested.AsPublished || tested.AsPublishedLow >= tested.AsPublishedHigh {
				t.Errorf("%s: %v tested, %v trained, RMSE %v", to.device, tested.AsPublishedText(), trained.AsPublished, rmse.AsPublished)
			}
			if other := rows[3]; to.other != nil {
				near(t, other.Quantity, float64(other.AsPublished), float64(other.Checkpoint), .01)
			}
		}
	}
}

// What the authors' tables show of the base device is the ReLU's: as trained, the heads on
// the RTX 2080 Ti's network are off by a sixth of what they are as tested, and those on the
// Note10's by four fifths.
func TestReleasedHeadsTellTheReLU(t *testing.T) {
	for _, run := range neural.PublishedRuns() {
		if run.Head == "" || run.To == "xeon-b64-fixed" {
			continue
		}
		h, err := releasedHead(run)
		if err != nil {
			t.Fatal(err)
		}
		share, want := h.trained.MAEMs/h.tested.MAEMs, .86
		if run.From == "rtx2080ti-b64" {
			want = .155
		}
		if math.Abs(share-want) > .08 {
			t.Errorf("%s to %s: as trained %v of the error as tested", run.From, run.To, share)
		}
	}
}

// Figure 5(a): the loss falls as the authors' does, epoch for epoch, before the ReLU. A
// point of theirs is a batch of 28 rows, read off.
func TestLossesOfFineTuning(t *testing.T) {
	r, err := run(t.Context(), goBackend(t), "figure5a", Quick, size{epochs: 1, seeds: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 7 {
		t.Fatalf("%d points", len(r.Rows))
	}
	for i, row := range r.Rows {
		if math.Abs(math.Log(float64(row.AsPublished/row.Paper))) > math.Log(1.35) {
			t.Errorf("%s: %s, the paper's figure %v", row.Quantity, row.AsPublishedText(), row.Paper)
		}
		if i > 0 && i < 6 && row.AsPublished >= r.Rows[i-1].AsPublished {
			t.Errorf("%s: %v after %v", row.Quantity, row.AsPublished, r.Rows[i-1].AsPublished)
		}
	}
}

// The P40's curve over the number of labels tells learning rate and momentum: at another one
// of either the first point is far off. Origin: the authors' figure, read off.
func TestLabelsCurve(t *testing.T) {
	r := headTrainer(t)
	source, err := neural.Released("note10")
	if err != nil {
		t.Fatal(err)
	}
	run, _ := neural.PublishedRunOf("note10", "p40-b64")
	set, err := r.size.open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paperCurve("size-p40", "p40-b64", "test_error") {
		heads, err := r.headSeeds(source, run, set, int(p.rows), 2)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "P40", metric.Interval(heads.values(false, paperRMSEOf)).Value, p.value, .1)
	}
	run.Config.Optimizer.Momentum = .8
	heads, err := r.headSeeds(source, run, set, 100, 1)
	if err != nil || heads[0].tested.PaperRMSEMs > 20 {
		t.Errorf("with another momentum %v, %v: as good as the authors' 29.3", heads[0].tested, err)
	}
}

// The searches of Figure 8 are in the spaces of a width, by the authors' predictors, and
// stand beside what they report of them.
func TestSearchesInSpaces(t *testing.T) {
	tuned, err := releasedFineTuned("note10", "rtx2080ti-b64")
	if err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Open("rtx2080ti-b64")
	if err != nil {
		t.Fatal(err)
	}
	scores, err := judge(tuned, set.Subset(set.SplitFileOrder().Test))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "fine-tuned", scores.PaperRMSEMs, released("table2", "rtx2080ti-b64", "paper_rmse"), 1e-4)
	r := runnerOf(t, Full)
	r.result.Item = "figure8cd"
	var spaces []string
	searches, err := r.inSpaces("w1.0", func(s *space.Space) ([]way, error) {
		spaces = append(spaces, s.ID)
		return []way{{"fine-tuned, published cache", tuned.PredictMs, nil}}, nil
	})
	if err != nil || !slices.Equal(spaces, []string{"compofa-fixed-w1.0", "compofa-elastic-w1.0", "mbv3-w1.0"}) || len(searches) != 3 {
		t.Fatalf("%v, %v, %v", spaces, searches, err)
	}
	for i, s := range searches {
		if s.seeds != 5 || s.space != spaces[i] || !slices.Equal(s.limits, searchLimits) {
			t.Errorf("%+v", s)
		}
	}
	if searches[0].paper.latencyMs[0] != 14.68 || len(searches[2].paper.latencyMs) != 0 { // the authors' notebook
		t.Errorf("%+v, %+v", searches[0].paper, searches[2].paper)
	}
}
