package experiment

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
)

const publishedHeader = "item,subject,at,quantity,unit,value,origin,source\n"

func TestReadPublished(t *testing.T) {
	all, err := readPublished(strings.NewReader(publishedHeader+
		"table1,note10,,paper_rmse,ms,0.325,printed,Table 1\n"+
		"table1,note10,,paper_rmse,ms,0.3525,checkpoint,released weights\n"+
		"figure4a,\"a, b\",1000,test_error,,-1e-3,figure,Figure 4(a)\n"), "p.csv")
	want := []publishedNumber{
		{item: "table1", subject: "note10", quantity: "paper_rmse", unit: "ms", value: 0.325, origin: printed, source: "Table 1"},
		{item: "table1", subject: "note10", quantity: "paper_rmse", unit: "ms", value: 0.3525, origin: checkpoint, source: "released weights"},
		{item: "figure4a", subject: "a, b", quantity: "test_error", at: 1000, value: -1e-3, origin: readOff, source: "Figure 4(a)"},
	}
	if err != nil || !slices.Equal(all, want) {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestReadPublishedErrors(t *testing.T) {
	const good = "a,b,,c,ms,1,printed,d\n"
	for text, want := range map[string]string{
		"":              "p.csv: no rows",
		publishedHeader: "p.csv: no rows",
		"item,subject,at,unit,quantity,value,origin,source\n" + good: "p.csv:1:1: the columns are item,subject,at,unit",
		publishedHeader + good + "a,b\n":                             "p.csv:3:1: wrong number of fields",
		publishedHeader + "a,b,,c,ms,1,printed,\"d\n":                "p.csv:2:24: extraneous or missing",
		publishedHeader + ",b,,c,ms,1,printed,d\n":                   "p.csv:2:1: no item",
		publishedHeader + "a, ,,c,ms,1,printed,d\n":                  "p.csv:2:3: no subject",
		publishedHeader + "a,b,-5,c,ms,1,printed,d\n":                `p.csv:2:5: "-5" is no place above 0`,
		publishedHeader + "a,b,+Inf,c,ms,1,printed,d\n":              `p.csv:2:5: "+Inf" is no place`,
		publishedHeader + "a,b,,,ms,1,printed,d\n":                   "p.csv:2:6: no quantity",
		publishedHeader + "a,b,,c,µs,1,printed,d\n":                  `p.csv:2:8: unit "µs"`,
		publishedHeader + "a,b,,c,ms,,printed,d\n":                   `p.csv:2:11: "" is no finite number`,
		publishedHeader + "a,b,,c,ms,NaN,printed,d\n":                `p.csv:2:11: "NaN" is no finite number`,
		publishedHeader + "a,b,,c,ms,1,hearsay,d\n":                  `p.csv:2:13: origin "hearsay"`,
		publishedHeader + "a,b,,c,ms,1,printed,\n":                   "p.csv:2:21: no source",
		publishedHeader + good + "a,b,,c,ms,2,files,e\n":             "p.csv:3:1: a, b, c is there twice",
	} {
		_, err := readPublished(strings.NewReader(text), "p.csv")
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
	for _, n := range published() {
		if !slices.Contains(Items(), n.item) {
			t.Errorf("%s: no such item", n.item)
		}
		if n.origin == printed && !strings.Contains(n.source, "Table ") && !strings.Contains(n.source, "Figure ") {
			t.Errorf("%s, %s: printed in %q, want a table or figure", n.item, n.subject, n.source)
		}
		if n.origin == readOff && !strings.Contains(n.source, "Figure ") {
			t.Errorf("%s, %s: read off %q, want a figure", n.item, n.subject, n.source)
		}
	}
	// Table 1, row P40: 1.18 ms are 2.5 % of a mean of 47.16 ms.
	if mean := impliedMean("p40-b64"); math.Abs(mean-47.16) > 0.05 {
		t.Errorf("the P40's implied mean is %v ms", mean)
	}
	if len(table5Paper()) != 7 || table5Paper()[0].what != "table (authors' host)" {
		t.Errorf("Table 5: %v", table5Paper())
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
		t.Errorf("Figure 5(b): %v", curve)
	}
}

func TestUnpublished(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, "published.csv has no mae of table1, note10") {
			t.Errorf("panic %q", text)
		}
	}()
	Paper("table1", "note10", "mae") // the paper prints none; the released weights have one
}
