package experiment

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
)

const claimsHeader = "place,item,subject,at,quantity,unit,relation,value,origin,source,row,column,shown_by,class,cause\n"

func TestReadClaims(t *testing.T) {
	all, err := readClaims(strings.NewReader(claimsHeader+
		"Table 1,table1,note10,,paper_rmse,ms,,0.320,printed,Table 1,Note10: error,,checkpoint,contradicted,a slip\n"+
		",table1,note10,,paper_rmse,ms,,0.3525,checkpoint,released weights,,,,,\n"+
		"Fig. 4(b),figure4b,\"a, b\",1000,test_error,,at most,-1e-3,figure,Figure 4(b),a row,corrected,,reproduced,\n"), "p.csv")
	want := []Claim{
		{Place: "Table 1", Item: "table1", Subject: "note10", Quantity: "paper_rmse", Unit: "ms", Text: "0.320", Value: 0.32, Origin: Printed, Source: "Table 1",
			Row: "Note10: error", ShownBy: "checkpoint", Class: Contradicted, Cause: "a slip"},
		{Item: "table1", Subject: "note10", Quantity: "paper_rmse", Unit: "ms", Text: "0.3525", Value: 0.3525, Origin: Checkpoint, Source: "released weights"},
		{Place: "Fig. 4(b)", Item: "figure4b", Subject: "a, b", Quantity: "test_error", At: 1000, Relation: AtMost, Text: "-1e-3", Value: -1e-3, Origin: ReadOff,
			Source: "Figure 4(b)", Row: "a row", Column: ByCorrected, Class: Reproduced},
	}
	if err != nil || !slices.Equal(all, want) {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestReadClaimsErrors(t *testing.T) {
	const good = "P,a,b,,c,ms,,1,printed,d,r,,,reproduced,\n"
	for text, want := range map[string]string{
		"":           "p.csv: no rows",
		claimsHeader: "p.csv: no rows",
		"item" + claimsHeader[len("place"):] + good:                         "p.csv:1:1: the columns are item,item",
		claimsHeader + good + "a,b\n":                                       "p.csv:3:1: wrong number of fields",
		claimsHeader + "P,a,b,,c,ms,,1,printed,\"d,,,,,\n":                  "p.csv:2:32: extraneous or missing",
		claimsHeader + "P,,b,,c,ms,,1,printed,d,r,,,reproduced,\n":          "p.csv:2:3: no item",
		claimsHeader + "P,a, ,,c,ms,,1,printed,d,r,,,reproduced,\n":         "p.csv:2:5: no subject",
		claimsHeader + "P,a,b,-5,c,ms,,1,printed,d,r,,,reproduced,\n":       `p.csv:2:7: "-5" is no place above 0`,
		claimsHeader + "P,a,b,+Inf,c,ms,,1,printed,d,r,,,reproduced,\n":     `p.csv:2:7: "+Inf" is no place`,
		claimsHeader + "P,a,b,,,ms,,1,printed,d,r,,,reproduced,\n":          "p.csv:2:8: no quantity",
		claimsHeader + "P,a,b,,c,µs,,1,printed,d,r,,,reproduced,\n":         `p.csv:2:10: unit "µs"`,
		claimsHeader + "P,a,b,,c,ms,about,1,printed,d,r,,,reproduced,\n":    `p.csv:2:13: relation "about"`,
		claimsHeader + "P,a,b,,c,ms,,,printed,d,r,,,reproduced,\n":          `p.csv:2:14: "" is no finite number`,
		claimsHeader + "P,a,b,,c,ms,,NaN,printed,d,r,,,reproduced,\n":       `p.csv:2:14: "NaN" is no finite number`,
		claimsHeader + "P,a,b,,c,ms,,1,hearsay,d,r,,,reproduced,\n":         `p.csv:2:16: origin "hearsay"`,
		claimsHeader + "P,a,b,,c,ms,,1,checkpoint,d,r,,,reproduced,\n":      "p.csv:2:16: released weights are no claim",
		claimsHeader + "P,a,b,,c,ms,,1,printed,,r,,,reproduced,\n":          "p.csv:2:24: no source",
		claimsHeader + "P,a,b,,c,ms,,1,printed,d,,,,reproduced,\n":          "p.csv:2:26: reproduced, and no row",
		claimsHeader + "P,a,b,,c,ms,beside,1,printed,d,r,,,contradicted,\n": "p.csv:2:32: contradicted, and no row",
		claimsHeader + "P,a,b,,c,ms,,1,printed,d,,,x,can't be tested,e\n":   "p.csv:2:26: a column or what it is shown by",
		claimsHeader + "P,a,b,,c,ms,,1,printed,d,r,mean,,reproduced,\n":     `p.csv:2:28: column "mean"`,
		claimsHeader + "P,a,b,,c,ms,,1,printed,d,r,,,true,\n":               `p.csv:2:30: class "true"`,
		claimsHeader + "P,a,b,,c,ms,,1,printed,d,r,,,,\n":                   `p.csv:2:30: class ""`,
		claimsHeader + "P,a,b,,c,ms,,1,printed,d,r,,,contradicted,\n":       "p.csv:2:43: contradicted, and no cause",
		claimsHeader + ",a,b,,c,ms,,1,printed,d,,,,reproduced,\n":           "p.csv:2:1: a class, row or cause, and no place",
		claimsHeader + good + "P,a,b,,c,ms,,2,files,e,r,,,reproduced,\n":    "p.csv:3:3: a, b, c is there twice",
	} {
		_, err := readClaims(strings.NewReader(text), "p.csv")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
		if bad := (*dataset.ParseError)(nil); strings.Contains(want, "csv:") && strings.Count(want, ":") > 2 && !errors.As(err, &bad) {
			t.Errorf("%q: %T, want a *dataset.ParseError", text, err)
		}
	}
}

// The shipped file names items that there are, and what is asked for is in it.
func TestPublishedNumbers(t *testing.T) {
	for _, c := range claims() {
		if !slices.Contains(Items(), c.Item) {
			t.Errorf("%s: no such item", c.Item)
		}
		if c.Origin == Printed && c.Place == "" {
			t.Errorf("%s, %s, %s: printed, and not said where", c.Item, c.Subject, c.Quantity)
		}
		if c.Origin == ReadOff && !strings.HasPrefix(c.Place, "Fig. ") {
			t.Errorf("%s, %s: read off %q, want a figure", c.Item, c.Subject, c.Place)
		}
	}
	// Table 1, row P40: 1.18 ms are 2.5 % of a mean of 47.16 ms.
	if mean := impliedMean("p40-b64"); math.Abs(mean-47.16) > 0.05 {
		t.Errorf("the P40's implied mean is %v ms", mean)
	}
	if times := table5Paper(); len(times) != 10 || times[0] != (authorsTime{"table, authors' host", .098}) || times[1] != (authorsTime{"Note10's network, RTX 2080 Ti host", .274}) {
		t.Errorf("Table 5: %v", times)
	}
	for _, item := range []string{"figure8ab", "figure8cd"} {
		p := figure8Paper(item, "fixed, predictor, published cache")
		if len(p.latencyMs) != len(searchLimits) || len(p.top1) != len(searchLimits) || p.seconds <= 0 {
			t.Errorf("%s: %+v", item, p)
		}
	}
	if p := figure8Paper("figure8cd", "OFA, closed form"); p.latencyMs != nil || p.seconds != 0 {
		t.Errorf("a search that the authors did not make: %+v", p)
	}
	curve := paperCurve("figure5b", "rtx2080ti-b64", "test_error")
	if len(curve) != 19 || curve[6] != (sizePoint{fineTuneRows, 0.716}) {
		t.Errorf("Figure 5b: %v", curve)
	}
}

// Every row that a claim is judged by is one that there is: of the cheap items, which run
// here, or of the record.
func TestClaimsNameRows(t *testing.T) {
	rows := map[[2]string]bool{}
	recorded, err := Recorded()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"datasets", "figure6"} {
		r, err := run(t.Context(), goBackend(t), name, Full, tiny, nil)
		if err != nil {
			t.Fatal(err)
		}
		recorded = append(recorded, r)
	}
	for _, r := range recorded {
		for _, row := range r.Rows {
			rows[[2]string{r.Item, row.Quantity}] = true
		}
	}
	for _, c := range claims() {
		if slices.Contains(missing(recorded), c.Item) {
			continue
		}
		for _, name := range []string{c.Row, c.ShownBy} {
			if name != "" && name != string(ByCheckpoint) && !rows[[2]string{c.Item, name}] {
				t.Errorf("%s, %s: there is no row %q", c.Place, c.Item, name)
			}
		}
	}
}

func TestUnpublished(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, "claims.csv has no mae of table1, note10") {
			t.Errorf("panic %q", text)
		}
	}()
	Paper("table1", "note10", "mae") // the paper prints none; the released weights have one
}
