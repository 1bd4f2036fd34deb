package experiment

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// Whatever a record holds, pages can be made of it, or an error.
func FuzzPages(f *testing.F) {
	f.Add([]byte(`[{"item":"table1","profile":"quick","rows":[{"subject":"a","quantity":"MAE","unit":"ms","paper":1,"best":null}],"made":{"commit":"x"}}]`))
	f.Add([]byte(`[null,{"item":"table1"},{"item":"table1","rows":[null],"notes":["a|b"],"about":[{"text":"x"}]}]`))
	f.Fuzz(func(t *testing.T, content []byte) {
		var results []*Result
		if json.Unmarshal(content, &results) != nil {
			return
		}
		results = slices.DeleteFunc(results, func(r *Result) bool { return r == nil }) // who reads records refuses them
		merged := Merge(results, nil)
		_, _ = Markdown(merged)
		_, _ = Embed([]byte("# Page\n"), merged)
		_, _ = HeadlineFigure(merged)
		for _, r := range merged {
			r.Cells()
		}
	})
}

// Claims that can be read have what judging them needs.
func FuzzClaims(f *testing.F) {
	header := strings.Join(claimColumns, ",") + "\n"
	f.Add(header)
	f.Add(header + "Table 1,table1,Note10,,MAE,ms,=,0.325,paper,p. 5,Note10,best,,reproduced,\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := readClaims(strings.NewReader(text), "claims.csv")
		if err == nil && len(all) == 0 {
			t.Error("no claims and no error")
		}
	})
}
