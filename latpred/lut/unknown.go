package lut

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/ofalat/ofalat/data"
)

// unknown is the error of a name that is no table: it says which tables there are, what
// else has the name, and how to make a table.
func unknown(name string) error {
	shipped := strings.Join(Names(), ", ")
	for _, n := range Names() {
		if letters(n) == letters(name) {
			return fmt.Errorf("%q is neither a file or folder nor one of the shipped tables: %s. Is %s meant?", name, shipped, n)
		}
	}
	for _, set := range data.Table("index.csv") {
		if name != "" && (name == set["name"] || name == set["alias"]) {
			return fmt.Errorf("%q is a set of measured networks, no table (%s): latpred lut fit --data %s --out DIR makes one of it", name, shipped, name)
		}
	}
	return fmt.Errorf("%q is neither a file or folder nor one of the shipped tables: %s. "+
		"latpred measure table --out DIR measures one on this machine; "+
		"latpred lut fit --data NETS.csv --space SPACE --out DIR makes one from measured networks of any device; "+
		"somebody else's, such as OFA's or ProxylessNAS' files, is named by its path", name, shipped)
}

// letters is name in lower case, letters and digits alone.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}
