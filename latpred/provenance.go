package latpred

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// Provenance records how a predictor was made, so that it can be made again.
type Provenance struct {
	Device   string            `json:"device,omitempty"`    // device that it predicts for: "rtx2080ti-b64"
	Data     string            `json:"data,omitempty"`      // name of the set that it was trained on
	DataHash string            `json:"data_hash,omitempty"` // SHA-256 of the set's rows, see dataset.Set.Hash
	Rows     int               `json:"rows,omitempty"`      // number of training rows
	Seed     uint64            `json:"seed"`
	Backend  string            `json:"backend,omitempty"`  // what computed the training
	Recipe   map[string]string `json:"recipe,omitempty"`   // settings of the training, by name
	Versions map[string]string `json:"versions,omitempty"` // of Go and of modules, see Versions
	Note     string            `json:"note,omitempty"`     // free text
}

// Versions gives the version of Go, under the key "go", and those of the GoMLX modules
// in this program, by module path.
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
