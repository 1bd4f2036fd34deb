package dataset

import (
	"bytes"
	"regexp"
	"slices"

	"github.com/ofalat/ofalat/latpred/literal"
	"github.com/ofalat/ofalat/latpred/sheet"
)

// keyInText finds the keys of dictionaries at the start of a file.
var keyInText = regexp.MustCompile(`["']([^"'\n]{1,120})["']\s*:`)

// isRecords reports whether a text that starts like this is a table of dictionaries, rather
// than one of text or a list of architectures: it has a key of a column with architectures
// or latencies.
func isRecords(start []byte) bool {
	text := bytes.TrimSpace(start)
	if len(text) == 0 || bytes.IndexByte([]byte("{[("), text[0]) < 0 {
		return false
	}
	if value, _, _, err := literal.NewScanner(bytes.NewReader(text)).Next(); err == nil {
		if v, err := literal.Parse(value); err == nil && sheet.IsPair(v) {
			return true
		}
	}
	if text[0] == '(' {
		return false
	}
	found := false
	for _, m := range keyInText.FindAllSubmatch(text, -1) {
		name := string(m[1])
		if name == "blocks" {
			return false // a network layer by layer
		}
		found = found || archKeys[key(name)] || readTimeName(name).latency || name == "columns" || looksLikeArch(name) // names apart, or networks as keys
	}
	return found
}

// isArch reports whether a dictionary with these keys is an architecture and nothing else.
func isArch(keys []string) bool {
	parts := 0
	for _, genes := range geneKeys {
		if slices.ContainsFunc(keys, func(k string) bool { return genes[key(k)] }) {
			parts++
		}
	}
	return parts > 1 && !slices.ContainsFunc(keys, func(k string) bool { return archKeys[key(k)] || readTimeName(k).latency })
}
