package lab

import (
	"github.com/ofalat/ofalat/kernelext"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// Others gives the sources for the device of a benchmark's set: all devices of its space that
// ship, but for those of the same hardware. An error ends the cell.
func Others(set *dataset.Set) []*transfer.Source {
	var names []string
	for _, info := range dataset.Index() {
		if info.SpaceID == set.SpaceID && info.Column != "" && info.Hardware != set.Hardware {
			names = append(names, info.Column)
		}
	}
	return kernelext.Must(catalog.Sources(kernelext.Context(), kernelext.Must(set.Space()), names))
}

// pool is the number of networks that Designed chooses from.
const pool = 400

// Designed divides a set into the n networks that tell most of an unknown device, given the
// sources, of 400 that are drawn at random, and some that are not among these 400, to judge
// by. An error ends the cell.
func Designed(sources []*transfer.Source, set *dataset.Set, n, judged int) (learn, judge *dataset.Set) {
	order := random.Stream(1, "measured in "+set.Name).Perm(set.Rows)
	drawn := set.Subset(order[:pool])
	picked := kernelext.Must(adapt.Design(sources, kernelext.Must(set.Space()), drawn.Archs(), n))
	return drawn.Subset(picked), set.Subset(order[pool:min(pool+judged, set.Rows)])
}

// Recorded shows the shipped results of the Full profile for an item, folded, or says that
// there are none.
func Recorded(item string) {
	if !showRecorded(item) {
		kernelext.Text("%s: not recorded at full size yet.", name(item))
	}
}
