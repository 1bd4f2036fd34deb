package space_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// excerpt is a block of Go code in a page that says which file it is from.
var excerpt = regexp.MustCompile("(?s)<!-- from (\\S+) -->\n```go\n(.*?)```\n")

// The page on how to add a space quotes the code as it is, but for lines left out: "…".
func TestPageQuotesTheCode(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "add-a-space.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := excerpt.FindAllStringSubmatch(string(page), -1)
	if len(found) != 3 {
		t.Fatalf("%d excerpts, want family, macro-architecture and space", len(found))
	}
	for _, m := range found {
		file, err := os.ReadFile(filepath.Join(root, m[1]))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range regexp.MustCompile("(?m)^\\s*…\n").Split(m[2], -1) {
			if !strings.Contains(string(file), part) {
				t.Errorf("%s no longer has:\n%s", m[1], part)
			}
		}
	}
}
