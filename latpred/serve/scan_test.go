package serve

import (
	"reflect"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// usual are requests that scan reads.
func usual() []string {
	var list []string
	rng := random.Stream(1, "scan")
	for _, s := range space.All() {
		if s.Smallest().OFA() == nil {
			continue
		}
		texts := []string{s.Sample(rng).String(), s.Sample(rng).String(), s.Sample(rng).String()}
		list = append(list, `{"device":"note10","archs":["`+strings.Join(texts, `","`)+`"]}`,
			" {\n\"archs\" : [ \""+texts[0]+"\" ,\t\" "+texts[1]+" \" ] , \"device\" : \"a b\" } \r\n")
	}
	return list
}

func TestScan(t *testing.T) {
	for _, text := range usual() {
		var want predictRequest
		if err := decode([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if got, ok := scan(text); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v %v, want %v", text, got, ok, want)
		}
	}
}

// What scan reads, decode reads, to the same effect.
func FuzzScan(f *testing.F) {
	for _, text := range usual() {
		f.Add(text)
	}
	a := `"r192 d22343 k53-53-773-5573-335 e33-44-634-4443-666"`
	for _, text := range []string{
		`{}`, `{"device":"x"}`, `{"archs":[]}`, `{"device":"x","archs":[` + a + `,` + a + `],}`, `{"device":"x","device":"y","archs":[` + a + `]}`,
		`{"Device":"x","archs":[` + a + `]}`, `{"device":"x","archs":[` + a + `]} x`, `{"device":"\u0041","archs":[` + a + `]}`, `{"device":"x","archs":[` + a + ` ` + a + `]}`,
		`{"device":"x","archs":["r192 d22343 k53-53-773-5573-335 e33-44-634-4443-666 # best"]}`, `{"device":"x","archs":["fbnet r224 skip"]}`, `{"device":"` + "\x00" + `","archs":[]}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := scan(text)
		if !ok {
			return
		}
		want := predictRequest{}
		if err := decode([]byte(text), &want); err != nil {
			t.Fatalf("scan reads %q, decode does not: %v", text, err)
		}
		if len(got.Archs) == 0 && len(want.Archs) == 0 {
			got.Archs, want.Archs = nil, nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: scan %v, decode %v", text, got, want)
		}
	})
}
