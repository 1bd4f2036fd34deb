package adapt

import (
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/fewshot"
)

// allRows is the split of rows that all serve the fit.
func allRows(set *dataset.Set) (split dataset.Split) {
	for i := range set.Samples {
		split.Train = append(split.Train, i)
	}
	return split
}

// seenBy lists the sets that the sources of a model were made from. m has those that were
// of use, some under the name of the smoothed one.
func seenBy(m *fewshot.Model, sources []fewshot.Source) (list []latpred.Source) {
	for _, s := range sources {
		if slices.ContainsFunc(m.Sources, func(used fewshot.Source) bool { return used.Name == s.Name || used.Name == s.Name+", smoothed" }) {
			list = append(list, s.Seen...)
		}
	}
	return list
}
