package licences_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/internal/licences"
)

// TestLicences holds every module that is built in against what may be.
func TestLicences(t *testing.T) {
	modules, err := licences.Modules("github.com/ofalat/ofalat/...")
	if err != nil {
		t.Fatal(err)
	}
	if len(modules) < 30 {
		t.Errorf("%d modules: more are built in", len(modules))
	}
	for _, m := range modules {
		found, err := m.Licences()
		if err != nil {
			t.Errorf("%s@%s: %v", m.Path, m.Version, err)
			continue
		}
		if bad := licences.Refused(found); len(bad) > 0 {
			t.Errorf("%s@%s is under %s", m.Path, m.Version, strings.Join(bad, ", "))
		}
		t.Logf("%s@%s: %s", m.Path, m.Version, strings.Join(found, ", "))
	}
}

// The check sees what may not be built in: a licence that asks for more, none, or a text that
// it doesn't know.
func TestLicencesCanFail(t *testing.T) {
	const beer = "\"THE BEER-WARE LICENSE\" (Revision 42):\n<phk@FreeBSD.ORG> wrote this file. As long as you retain this notice you can do whatever you want with this stuff. " +
		"If we meet some day, and you think this stuff is worth it, you can buy me a beer in return Poul-Henning Kamp\n"
	for name, c := range map[string]struct{ file, text, want string }{
		"none":    {"README.md", "Use it as you like.", "no file with a licence"},
		"unknown": {"LICENSE", "Nobody may use this for anything at all, ever, and whoever reads it owes us money.", "0 % of it"},
		"odd":     {"COPYING", beer, "[Beerware]"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := licences.Of(dir)
		if said := fmt.Sprint(err, licences.Refused(found)); !strings.Contains(said, c.want) {
			t.Errorf("%s: %s, want %s", name, said, c.want)
		}
	}
}

func ExampleOf() {
	found, err := licences.Of("../..")
	fmt.Println(found, licences.Refused(found), err)
	// Output: [Apache-2.0] [] <nil>
}
