package dataset

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Names of columns with a part of an architecture each, without the number of a slot.
var (
	resolutionKeys = wordSet("r resolution imagesize imgsize inputsize inputresolution imageresolution imres imsize")
	geneKeys       = []map[string]bool{
		wordSet("ks k kernel kernels kernelsize kernelsizes"),
		wordSet("e er expand expands expandratio expandratios expansion expansions expansionratio"),
		wordSet("d depth depths"),
	}
)

// geneNames are the keys of OFA's dictionaries, in the order of geneKeys.
var geneNames = []string{"ks", "e", "d"}

// genes are the columns of a network that has several: of each part the columns of its
// elements, in order, or one with all of them.
type genes struct{ parts [3][]int }

// genesOf finds the columns of networks that are spread over several; nil: there are none.
func genesOf(header []string) *genes {
	var g genes
	var numbers [3][]int
	for i, n := range header {
		k := key(n)
		stem := strings.TrimRight(k, "0123456789")
		part := slices.IndexFunc(geneKeys, func(keys map[string]bool) bool { return keys[stem] })
		if part < 0 {
			continue
		}
		number := none
		if stem != k {
			number, _ = strconv.Atoi(k[len(stem):])
		}
		at, _ := slices.BinarySearch(numbers[part], number)
		numbers[part] = slices.Insert(numbers[part], at, number)
		g.parts[part] = slices.Insert(g.parts[part], at, i)
	}
	for part := range g.parts {
		if len(g.parts[part]) == 0 || len(g.parts[part]) > 1 && numbers[part][0] == none {
			return nil // a part is missing, or told twice
		}
	}
	return &g
}

// has reports whether a column has a part of the network.
func (g *genes) has(column int) bool {
	return g != nil && slices.ContainsFunc(g.parts[:], func(list []int) bool { return slices.Contains(list, column) })
}

// first is the first column of a network.
func (g *genes) first() int { return g.parts[0][0] }

// text assembles the architecture of a row, in a form that space.Parse reads. An empty cell
// of a slot means that the slot is not in use.
func (g *genes) text(row []string, resolution int) string {
	r := ""
	if resolution != none {
		r = whole(strings.TrimPrefix(strings.TrimSpace(row[resolution]), "r"))
	}
	if k := cellOf(row, g.parts[0]); strings.Count(k, "-") == 4 || strings.Count(k, "-") == 5 { // a canonical word
		letters := func(part int, letter string) string {
			return letter + strings.TrimPrefix(cellOf(row, g.parts[part]), letter)
		}
		return fmt.Sprintf("r%s %s %s %s", r, letters(2, "d"), letters(0, "k"), letters(1, "e"))
	}
	var b strings.Builder
	b.WriteByte('{')
	for part, list := range g.parts {
		fmt.Fprintf(&b, "%q: %s, ", geneNames[part], g.list(row, list))
	}
	if r != "" {
		fmt.Fprintf(&b, `"r": %s}`, r)
		return b.String()
	}
	return strings.TrimSuffix(b.String(), ", ") + "}"
}

// cellOf is the cell of a part that has one column, else "".
func cellOf(row []string, list []int) string {
	if len(list) != 1 {
		return ""
	}
	return strings.TrimSpace(row[list[0]])
}

// list writes the elements of a part as a JSON list.
func (g *genes) list(row []string, list []int) string {
	if text := cellOf(row, list); text != "" {
		if strings.ContainsAny(text[:1], "[({") {
			return text
		}
		elements := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" ,;/|-_", c) })
		if len(elements) == 1 {
			return whole(elements[0])
		}
		return "[" + strings.Join(elements, ", ") + "]"
	}
	elements := make([]string, len(list))
	for i, column := range list {
		if elements[i] = whole(strings.TrimSpace(row[column])); elements[i] == "" {
			elements[i] = "0"
		}
	}
	return "[" + strings.Join(elements, ", ") + "]"
}

// whole takes the decimals off a whole number, as data frames write columns with gaps, and
// gives "" for a gap.
func whole(text string) string {
	if gapWords[strings.ToLower(text)] {
		return ""
	}
	return withoutDecimals(text)
}

// withoutDecimals makes 64 of 64.0, and leaves other texts.
func withoutDecimals(text string) string {
	stem, decimals, ok := strings.Cut(text, ".")
	if ok && strings.Trim(decimals, "0") == "" && stem != "" && strings.Trim(stem, "0123456789") == "" {
		return stem
	}
	return text
}
