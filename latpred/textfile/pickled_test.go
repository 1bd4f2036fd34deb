package textfile_test

import (
	"io"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/textfile"
)

// A pickle of plain data is a JSON document; one that holds more, or is damaged, is named.
func TestPickle(t *testing.T) {
	for content, want := range map[string]string{
		"\x80\x02}X\x01\x00\x00\x00aK\x01s.": "{\"a\": 1}\n",
		"(dp0\nVa\np1\nF0.5\ns.":             "{\"a\": 0.5}\n",
	} {
		r, err := textfile.NewReader(strings.NewReader(content), "x.pkl")
		if err != nil {
			t.Errorf("%q: %v", content, err)
			continue
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != want {
			t.Errorf("%q: %q, %v, want %q", content, got, err, want)
		}
	}
	for content, want := range map[string]string{
		"cos\nsystem\n(S'ls'\ntR.":                "x.pkl: would run code where Python loads it (os.system)",
		"\x80\x02cpandas\nDataFrame\n)\x81.":      "x.pkl: holds an object of class pandas.DataFrame (a table of pandas",
		"\x80\x04\x95\x1e\x00\x00\x00":            "x.pkl: pickle: byte 2: cut short",
		"PK\x03\x04 archive/data.pkl and no more": "x.pkl: zip: not a valid zip file",
	} {
		if _, err := textfile.NewReader(strings.NewReader(content), "x.pkl"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want …%s…", content, err, want)
		}
	}
}
