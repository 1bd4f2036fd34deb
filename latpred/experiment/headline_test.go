package experiment

import (
	"strings"
	"testing"
)

// Each part of a page is written between its lines, and nothing else is touched.
func TestEmbed(t *testing.T) {
	recorded, err := Recorded()
	if err != nil {
		t.Fatal(err)
	}
	page := "# Title\n" + places[1].start + "old\n" + places[1].end + "\nbetween\n" + places[0].start + places[0].end + "\nafter\n"
	got, err := Embed([]byte(page), recorded)
	if err != nil {
		t.Fatal(err)
	}
	text := string(got)
	for _, want := range []string{
		"# Title\n" + places[1].start + "\n| mean absolute error, ms |", "| Tesla P40, 7,000 measurements | 1.18 |", // Table 1, row P40
		"\n" + places[1].end + "\nbetween\n" + places[0].start + "\n**The data sets", "</details>\n\n", places[0].end + "\nafter\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(text, "old") {
		t.Error("the old part is still there")
	}
	if again, err := Embed(got, recorded); err != nil || string(again) != text {
		t.Errorf("a second time gives another page, %v", err)
	}
}

func TestEmbedErrors(t *testing.T) {
	for _, page := range []string{"", "# Title\n", places[0].start, places[1].start + places[0].end} {
		if _, err := Embed([]byte(page), nil); err == nil || !strings.Contains(err.Error(), "no place for results") {
			t.Errorf("%q: %v", page, err)
		}
	}
	if _, err := Embed([]byte(places[1].start+places[1].end), nil); err == nil || !strings.Contains(err.Error(), "results of table1") {
		t.Errorf("a headline of no results: %v", err)
	}
	if _, err := HeadlineFigure(nil); err == nil {
		t.Error("a picture of no results")
	}
}

// The short table is of the record: a number that changes there changes here.
func TestHeadlineFollowsTheRecord(t *testing.T) {
	recorded, err := Recorded()
	if err != nil {
		t.Fatal(err)
	}
	before, err := HeadlineMarkdown(recorded)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(before, "\n| ") - 1; lines != len(headlines) {
		t.Errorf("%d lines, want %d", lines, len(headlines))
	}
	for _, h := range headlines {
		for _, r := range recorded {
			for i := range r.Rows {
				if (cell{r.Item, r.Rows[i].Quantity}) == h.best {
					was := r.Rows[i].Best
					r.Rows[i].Best = 12345
					after, err := HeadlineMarkdown(recorded)
					if err != nil || strings.Count(after, "12345") != 1 {
						t.Errorf("%s: %v, in the table %d times", h.name, err, strings.Count(after, "12345"))
					}
					r.Rows[i].Best = was
				}
			}
		}
	}
}
