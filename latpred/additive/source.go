package additive

import "github.com/ofalat/ofalat/latpred/pass"

// SourceConfig is how a surrogate table is fitted to true passes at the given resolutions,
// ascending, for use as a source of package transfer.
func SourceConfig(resolutions []int) pass.Config {
	if len(resolutions) >= 10 { // too few rows of each for a time of its own
		return pass.Config{Basis: pass.Shape(resolutions, false), Relative: true, Rounds: 4}
	}
	return pass.Config{Basis: pass.Tied(resolutions), Rounds: 4}
}
