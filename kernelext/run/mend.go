package run

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
)

// minorOfIDs is the minor version of format 4 from which on every cell has an id.
const minorOfIDs = 5

// cellID is what format 4.5 takes for the id of a cell.
var cellID = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,64}$`)

// mend makes a notebook valid by the schema of its minor version, so that what is written
// is: metadata are objects, cells have ids of their own from version 4.5 on and none
// before, the kernelspec has its two names. It returns what it changed, in sentences.
func (nb *Notebook) mend() (changes []string) {
	nb.Metadata = orEmpty(nb.Metadata)
	nb.mendSpec()
	taken := map[string]bool{}
	dropped := 0
	for i, c := range nb.Cells {
		c.Metadata = orEmpty(c.Metadata)
		switch {
		case nb.FormatMinor < minorOfIDs:
			if c.ID != "" {
				dropped++
			}
			c.ID = ""
		case !cellID.MatchString(c.ID) || taken[c.ID]:
			was := c.ID
			c.ID = freshID(i, c.Source, taken)
			if was != "" {
				changes = append(changes, fmt.Sprintf("cell %d: the id %q is another cell's or none of format 4.%d, it is %q in what is written", i+1, was, nb.FormatMinor, c.ID))
			}
		}
		taken[c.ID] = true
	}
	if dropped > 0 {
		changes = append(changes, fmt.Sprintf("format 4.%d has no ids of cells: what is written has none", nb.FormatMinor))
	}
	return changes
}

// mendSpec completes the descriptions of the kernel and of the language: where they
// are there, they must have a name.
func (nb *Notebook) mendSpec() {
	if spec, ok := nb.Metadata["kernelspec"]; ok {
		spec, _ := spec.(map[string]any)
		spec = orEmpty(spec)
		if _, ok := spec["name"].(string); !ok {
			spec["name"] = KernelspecName
		}
		if _, ok := spec["display_name"].(string); !ok {
			spec["display_name"] = spec["name"]
		}
		nb.Metadata["kernelspec"] = spec
	}
	if info, ok := nb.Metadata["language_info"]; ok {
		info, _ := info.(map[string]any)
		info = orEmpty(info)
		if _, ok := info["name"].(string); !ok {
			info["name"] = "go"
		}
		nb.Metadata["language_info"] = info
	}
}

// freshID gives an id that no cell before has; the same notebook gets the same ones.
func freshID(cell int, source string, taken map[string]bool) string {
	for try := 0; ; try++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s", cell, try, source))
		if id := hex.EncodeToString(sum[:4]); !taken[id] {
			return id
		}
	}
}
