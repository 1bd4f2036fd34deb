package catalog

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/pass"
)

// Table makes the table of a shipped set that is best on its validation rows,
// among a few recipes that are quick to try: those of its source where its labels show
// a launch queue, else every basis that its rows are enough for. The test rows are not
// looked at.
func Table(ctx context.Context, name string) (*additive.Table, error) {
	set, err := dataset.Open(name)
	if err != nil {
		return nil, err
	}
	split := set.SplitFileOrder()
	var best *additive.Table
	var least float64
	for _, recipe := range quickRecipes(name, pass.ResolutionsOf(set.Subset(split.Train).Archs())) {
		t, result, err := additive.Train(ctx, set, split, additive.Config{Recipe: recipe})
		if err != nil {
			return nil, err
		}
		if mae := result.Tried[0].MAEMs; best == nil || mae < least {
			best, least = t, mae
		}
	}
	if best == nil {
		return nil, fmt.Errorf("%s: no recipe", name)
	}
	return best, nil
}

// quickRecipes are what Table tries. With times for each size of feature map,
// the clean sets of HELP would gain up to half a per cent, for seconds and hundreds of
// megabytes each.
func quickRecipes(name string, resolutions []int) []pass.Config {
	if c, ok := recipes[name]; ok {
		c.Basis = pass.Tied(resolutions)
		return []pass.Config{c}
	}
	list := []pass.Config{{Basis: pass.Shape(resolutions, false), Relative: true}}
	if len(resolutions) < 10 { // enough rows of each
		list = append(list, pass.Config{Basis: pass.Tied(resolutions), Relative: true})
	}
	return list
}

// Load reads a predictor that modelfile.Save wrote, of any kind.
func Load(path string) (latpred.Predictor, error) { return modelfile.Load(path) }
