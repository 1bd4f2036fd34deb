package latpred

import (
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// Provenance records how a predictor was made, so that it can be made again.
type Provenance struct {
	Device   string            `json:"device,omitempty"`    // device that it predicts for: "rtx2080ti-b64"
	Space    string            `json:"space,omitempty"`     // ID of the space, and so the width, of the networks; "": not told
	Data     string            `json:"data,omitempty"`      // name of the set that it was trained on
	DataHash string            `json:"data_hash,omitempty"` // SHA-256 of the set's rows, see dataset.Set.Hash
	Rows     int               `json:"rows,omitempty"`      // number of training rows
	Split    *Split            `json:"split,omitempty"`     // what the set's rows were used for; nil: not recorded
	Sources  []Source          `json:"sources,omitempty"`   // sets known by way of other predictors; see SourcesOf
	Seed     uint64            `json:"seed"`
	Backend  string            `json:"backend,omitempty"`  // what computed the training
	Recipe   map[string]string `json:"recipe,omitempty"`   // settings of the training, by name
	Versions map[string]string `json:"versions,omitempty"` // of Go and of modules, see Versions
	Note     string            `json:"note,omitempty"`     // free text
}

// SourcesOf lists the sets that p knows: the one it was trained on, and those that it
// knows by way of its own sources. An element without DataHash stands for sets that its
// provenance doesn't tell, as that of files from before Sources were recorded.
func SourcesOf(p Predictor) []Source {
	from := p.Provenance()
	list := append([]Source{{from.Data, from.DataHash, from.Split}}, from.Sources...)
	made := p.Kind() == KindAdapted || p.Kind() == KindHardware || strings.HasPrefix(from.Note, fineTunedNote) && !strings.HasPrefix(from.Note, fineTunedNote+"scratch")
	if sources, told := from.Recipe["sources"]; told && sources == "" {
		made = false // of no sources at all
	}
	if made && len(from.Sources) == 0 {
		list = append(list, Source{})
	}
	return list
}

// fineTunedNote begins the Note of fine-tuned predictors.
const fineTunedNote = "fine-tuned ("

// WithoutUses is a copy without the lists of rows, which are long: for people to read.
func (p Provenance) WithoutUses() Provenance {
	short := func(s *Split) *Split {
		if s == nil {
			return nil
		}
		c := *s
		c.Uses = nil
		return &c
	}
	p.Split, p.Sources = short(p.Split), slices.Clone(p.Sources)
	for i := range p.Sources {
		p.Sources[i].Split = short(p.Sources[i].Split)
	}
	return p
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
