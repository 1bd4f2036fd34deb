package experiment

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// made is a result whose row "q" has five trainings of mean .7 and standard deviation .02,
// "one" a single training of .7, "beside" .75 as a cause, and a checkpoint of .7127.
func made(seeds int) *Result {
	q, one, cause := newRow("q", "ms"), newRow("one", "ms"), newRow("cause", "ms")
	q.publish([]float64{.68, .68, .7, .72, .72})
	q.Checkpoint, q.Corrected, q.CorrectedLow, q.CorrectedHigh, q.Best = .9127, .5, .4, .6, .1
	one.publish([]float64{.7})
	cause.publish([]float64{.85, .85, .85})
	wide := newRow("wide", "ms")
	wide.publish([]float64{.5, .7, .9}) // ± .9937
	wide.Checkpoint = .9127
	return &Result{Item: "i", Seeds: seeds, Rows: []Row{q, one, cause, wide}}
}

func claim(text string, edit func(*Claim)) Claim {
	c, _, err := parseClaim(strings.Split("P,i,s,,quantity,ms,,"+text+",printed,source,q,,,reproduced,", ","))
	if err != nil {
		panic(err)
	}
	if edit != nil {
		edit(&c)
	}
	return c
}

// Every class, from both sides. One more training of the five falls into .7 ± 2.776 · .02 ·
// √1.2 = [.6392, .7608] (t of 4 degrees of freedom).
func TestJudgeClasses(t *testing.T) {
	for _, c := range []struct {
		name  string
		claim Claim
		want  Class
	}{
		{"inside", claim("0.712", nil), Reproduced},
		{"outside the range of five, inside one more", claim("0.755", nil), Reproduced},
		{"below, but cut off", claim("0.639", nil), Reproduced},
		{"below", claim("0.637", nil), Contradicted},
		{"above, but rounded", claim("0.761", nil), Reproduced},
		{"above", claim("0.763", nil), Contradicted},
		{"few digits leave much open", claim("1", nil), Reproduced},
		{"rounded to nothing, but half is left out", claim("2", nil), Contradicted},
		{"read off", claim("0.78", func(c *Claim) { c.Origin = ReadOff }), Reproduced},
		{"read off, too far", claim("0.81", func(c *Claim) { c.Origin = ReadOff }), Contradicted},
		{"the released weights have it", claim("0.912", func(c *Claim) { c.ShownBy = "checkpoint" }), Explained},
		{"the released weights have it, and so have we", claim("0.7", func(c *Claim) { c.ShownBy = "checkpoint" }), Reproduced},
		{"the released weights don't", claim("0.95", func(c *Claim) { c.ShownBy = "checkpoint" }), Contradicted},
		{"another row has it", claim("0.85", func(c *Claim) { c.ShownBy = "cause" }), Explained},
		{"another row doesn't", claim("0.87", func(c *Claim) { c.ShownBy = "cause" }), Contradicted},
		{"the other row isn't there", claim("0.85", func(c *Claim) { c.ShownBy = "no row" }), Contradicted},
		{"no row", claim("0.7", func(c *Claim) { c.Row = "no row" }), Untestable},
		{"none named", claim("0.7", func(c *Claim) { c.Row = "" }), Untestable},
		{"no value", claim("0.7", func(c *Claim) { c.Value = None }), Untestable},
		{"one training that differs", claim("0.9", func(c *Claim) { c.Row = "one" }), Untestable},
		{"one training that agrees", claim("0.7", func(c *Claim) { c.Row = "one" }), Reproduced},
		{"trainings that differ too much", claim("0.7", func(c *Claim) { c.Row = "wide" }), Untestable},
		{"trainings that differ, and the cause", claim("0.912", func(c *Claim) { c.Row, c.ShownBy = "wide", "checkpoint" }), Explained},
		{"outside of trainings that differ", claim("1.8", func(c *Claim) { c.Row = "wide" }), Contradicted},
		{"beside", claim("0.7", func(c *Claim) { c.Relation = Beside }), Untestable},
		{"at least", claim("0.7", func(c *Claim) { c.Relation = AtLeast }), Reproduced},
		{"not at least", claim("0.701", func(c *Claim) { c.Relation = AtLeast }), Contradicted},
		{"at most", claim("0.7", func(c *Claim) { c.Relation = AtMost }), Reproduced},
		{"not at most", claim("0.699", func(c *Claim) { c.Relation = AtMost }), Contradicted},
		{"corrected", claim("0.6", func(c *Claim) { c.Column = ByCorrected }), Reproduced},
		{"not corrected", claim("0.7", func(c *Claim) { c.Column = ByCorrected }), Contradicted},
		{"checkpoint", claim("0.912", func(c *Claim) { c.Column = ByCheckpoint }), Reproduced},
		{"best", claim("0.2", func(c *Claim) { c.Column = ByBest }), Contradicted},
		{"in another unit", claim("0.0007", func(c *Claim) { c.Unit = "s" }), Reproduced},
		{"not in another unit", claim("0.7", func(c *Claim) { c.Unit = "s" }), Contradicted},
		{"no unit of time", claim("0.7", func(c *Claim) { c.Unit = "%" }), Untestable},
	} {
		v := c.claim.judge(made(5))
		if v.Found != c.want {
			t.Errorf("%s: %s is %s, want %s: ours %v [%v, %v]", c.name, c.claim.Text, v.Found, c.want, v.Ours, v.Low, v.High)
		}
		if v.OK != (c.want == Reproduced) { // which is what every claim here states
			t.Errorf("%s: OK is %v though %s is stated and %s found", c.name, v.OK, v.Class, v.Found)
		}
	}
	// A count is exact.
	count := newRow("q", "")
	count.AsPublished = 4
	for text, want := range map[string]Class{"4": Reproduced, "3": Contradicted, "5": Contradicted} {
		v := claim(text, func(c *Claim) { c.Unit = "" }).judge(&Result{Item: "i", Rows: []Row{count}})
		if v.Found != want {
			t.Errorf("a count of %s: %s, want %s", text, v.Found, want)
		}
	}
	// Where nothing is random one value decides.
	for text, want := range map[string]Class{"0.7": Reproduced, "0.69": Reproduced, "0.8": Contradicted} {
		if v := claim(text, func(c *Claim) { c.Row = "one" }).judge(made(0)); v.Found != want {
			t.Errorf("exact, %s: %s, want %s", text, v.Found, want)
		}
	}
}

func TestOneMore(t *testing.T) {
	row := made(5).Rows[0]
	low, high := row.oneMore()
	near(t, "low", float64(low), .7-2.7764*.02*math.Sqrt(1.2), 1e-4)
	near(t, "high", float64(high), .7+2.7764*.02*math.Sqrt(1.2), 1e-4)
	row.AsPublishedN = 0 // of an older record
	if low, high := row.oneMore(); low != .68 || high != .72 {
		t.Errorf("of a range alone: [%v, %v]", low, high)
	}
	if low, _ := made(5).Rows[1].oneMore(); !low.Missing() {
		t.Errorf("of one training: %v", low)
	}
}

// The shipped claims are judged against made results of Figure 6 and Table 1 both ways.
func TestJudge(t *testing.T) {
	costs := &Result{Item: "figure6", Rows: []Row{newRow("table, 17 resolutions", "s"), newRow("700 labels", "s")}}
	costs.Rows[0].AsPublished, costs.Rows[1].AsPublished = 272.2436, 22.2
	errors := &Result{Item: "table1", Seeds: 5, Rows: []Row{newRow("Note10: what the paper calls RMSE", "ms")}}
	errors.Rows[0].publish([]float64{.356, .366, .368, .37, .378})
	errors.Rows[0].Checkpoint = .3525
	verdicts := Judge([]*Result{costs, errors})
	found := map[string]Verdict{}
	for _, v := range verdicts {
		if v.Item != "figure6" && v.Item != "table1" {
			t.Errorf("a claim of %s is judged, which is not among the results", v.Item)
		}
		found[strings.TrimSuffix(v.Item+" "+v.Subject+" "+v.Quantity+" "+v.Text, " ")] = v
	}
	for name, want := range map[string]struct {
		class Class
		ok    bool
	}{
		"figure6 note10 table_cost 272243":           {Reproduced, true},
		"figure6 note10 label_cost 22066":            {Contradicted, false},
		"figure6 note10 label_cost 126012":           {Untestable, false}, // there is no row
		"table1 note10 paper_rmse 0.325":             {Contradicted, true},
		"table1 note10 paper_rmse_of_table_3 0.3525": {Reproduced, true},
		"table1 note10 lower_than_proxylessnas 50":   {Untestable, true},
		"table1 rtx2080ti-b64 paper_rmse 0.385":      {Untestable, false},
	} {
		if v := found[name]; v.Found != want.class || v.OK != want.ok {
			t.Errorf("%s: %s, OK %v, want %s, %v", name, v.Found, v.OK, want.class, want.ok)
		}
	}
	if d := Differing(verdicts); len(d) == 0 || len(d) == len(verdicts) {
		t.Errorf("%d of %d differ", len(d), len(verdicts))
	}
	page := ClaimsMarkdown([]*Result{costs, errors})
	for _, want := range []string{
		"| all |", "Contradicted, and no other number of ours gives it:\n\n- Table 1, Note10: what the paper calls RMSE: printed 0.325 ms, ours 0.3676 [",
		"Not as data/claims.csv has it:\n\n- Table 1, Note10: share of the mean latency: printed 1.02 %", "- Table 1, RTX 2080 Ti: what the paper calls RMSE: printed 0.385 ms, ours –: can't be tested (the file says reproduced)",
		"<summary>All 17 claims</summary>", "| abstract | note10: lower than proxylessnas | at least 50 % | – | can't be tested |",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	text, err := json.Marshal(verdicts)
	if err != nil || !strings.Contains(string(text), `"printed":"0.325","value":0.325`) || !strings.Contains(string(text), `"found":"contradicted","ok":true`) {
		t.Errorf("%v: %s", err, text)
	}
}
