package latpred

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// Provenance is what has to be known of a predictor to make it again.
type Provenance struct {
	Device   string            `json:"device,omitempty"`    // what it predicts for
	Data     string            `json:"data,omitempty"`      // set it was trained on
	DataHash string            `json:"data_hash,omitempty"` // SHA-256 of its rows in our format
	Rows     int               `json:"rows,omitempty"`      // trained on
	Seed     uint64            `json:"seed"`
	Backend  string            `json:"backend,omitempty"`
	Recipe   map[string]string `json:"recipe,omitempty"`
	Versions map[string]string `json:"versions,omitempty"` // of the modules that matter
	Note     string            `json:"note,omitempty"`
}

// Versions lists the versions of Go and of the modules that compute.
func Versions() map[string]string {
	out := map[string]string{"go": runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if strings.HasPrefix(d.Path, "github.com/gomlx/") {
				out[d.Path] = d.Version
			}
		}
	}
	return out
}
