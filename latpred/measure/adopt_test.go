package measure_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/ofalat/ofalat/latpred/measure"
)

// A journal takes another's finished groups once, wherever a kill has torn it.
func TestAdopt(t *testing.T) {
	dir := t.TempDir()
	one := func(file string, names ...string) *measure.Journal {
		m := newMachine()
		j := journal(t, filepath.Join(dir, file))
		defer j.Close()
		c := measure.Campaign{Units: m.units(names...), Anchors: m.units("anchor"), Journal: j, Config: small}
		if err := c.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return j
	}
	a, b := one("a", "net0", "net1"), one("b", "net2", "net33", "net444")
	path := filepath.Join(dir, "all")
	adopt := func(want ...int) *measure.Journal {
		t.Helper()
		j := journal(t, path)
		defer j.Close()
		for i, from := range []*measure.Journal{a, b} {
			if n, err := j.Adopt(from); err != nil || n != want[i] {
				t.Fatalf("journal %d: %d groups, %v, want %d", i, n, err, want[i])
			}
		}
		return j
	}
	adopt(1, 2)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	adopt(0, 0)
	for cut := len(whole) - 1; cut > bytes.IndexByte(whole, '\n'); cut -= 97 {
		if err := os.WriteFile(path, whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		j := journal(t, path)
		for _, from := range []*measure.Journal{a, b} {
			if _, err := j.Adopt(from); err != nil {
				t.Fatal(err)
			}
		}
		j.Close()
		got, err := measure.ReadJournalFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := append(a.Results(), b.Results()...)
		for i := range want {
			want[i].Group = got.Results()[i].Group
		}
		if !reflect.DeepEqual(got.Results(), want) {
			t.Fatalf("cut at %d: %+v, want %+v", cut, got.Results(), want)
		}
	}
	if _, err := a.Adopt(b); err == nil {
		t.Error("a closed journal adopts") // its file is closed
	}
}
