package additive

import "github.com/ofalat/ofalat/latpred/pass"

// SourceConfig is how a source's table is fitted, for true passes.
func SourceConfig(resolutions []int) pass.Config {
	if len(resolutions) >= 10 { // too few rows of each
		return pass.Config{Basis: pass.Shape(resolutions, false), Relative: true, Rounds: 4}
	}
	return pass.Config{Basis: pass.Tied(resolutions), Rounds: 4}
}
