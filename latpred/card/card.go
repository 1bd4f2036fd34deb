package card

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
)

// maxFile is the largest file of a predictor, see package modelfile.
const maxFile = 512 << 20

// Card has the facts of a page. Absent fields are not known.
type Card struct {
	Name        string             `json:"name"`             // of the file, or of what ships
	SHA256      string             `json:"sha256,omitempty"` // of the file; absent: it ships, and has none
	Bytes       int                `json:"bytes,omitempty"`
	Kind        string             `json:"kind"`
	Device      string             `json:"device,omitempty"`
	Space       string             `json:"space"` // ID of the space of its networks
	SpaceName   string             `json:"space_name"`
	Assumed     bool               `json:"space_assumed,omitempty"` // nobody told the width: the space is a guess
	Resolutions []int              `json:"resolutions,omitempty"`   // that it was made from
	Licence     string             `json:"licence,omitempty"`       // of the measurements
	Timing      string             `json:"timing,omitempty"`        // how they were timed
	Provenance  latpred.Provenance `json:"provenance"`
	Backing     *latpred.Backing   `json:"interval_backing,omitempty"` // what its intervals rest on; absent: it has none, or does not tell
	Judged      *Judgement         `json:"judged,omitempty"`
	NotJudged   string             `json:"not_judged,omitempty"` // why there is no Judged
	Warnings    []latpred.Warning  `json:"warnings,omitempty"`
}

// New gathers the facts of the predictor with a name or file, see catalog.Load. set has the rows
// that judge it; nil: those of the set that it was made from, if that ships. It errs if the
// predictor can't be read or does not predict the set's networks; that there are no rows to judge
// it on is no error.
func New(ctx context.Context, nameOrFile string, set *dataset.Set) (*Card, error) {
	p, err := catalog.Load(ctx, nameOrFile)
	if err != nil {
		return nil, err
	}
	s, told, err := catalog.SpaceOf(p)
	if err != nil {
		return nil, err
	}
	from := p.Provenance().WithoutUses()
	from.Data = base(from.Data)
	c := &Card{Name: filepath.Base(nameOrFile), Kind: p.Kind(), Device: from.Device, Space: s.ID, SpaceName: s.Name, Assumed: !told, Provenance: from}
	if _, unknown := catalog.Find(nameOrFile); unknown != nil {
		content, err := bounded.ReadFile(nameOrFile, maxFile)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(content)
		c.SHA256, c.Bytes = hex.EncodeToString(sum[:]), len(content)
	}
	if lister, ok := p.(latpred.ResolutionLister); ok {
		c.Resolutions = lister.Resolutions()
	}
	if b, ok := p.(latpred.BackedIntervals); ok && b.Backing().N > 0 {
		backing := b.Backing()
		c.Backing = &backing
	}
	own := ownSet(p.Provenance())
	if own != nil {
		c.Licence, c.Timing = own.Licence, own.Timing
	}
	if set == nil {
		set = own
	}
	return c, c.judge(p, set)
}

// base is the name of a set without the folder of a file, which is nobody's business. Names of what
// ships have none.
func base(name string) string {
	if name == "" {
		return ""
	}
	return filepath.Base(name)
}

// ownSet is the set that a predictor was made from, if it ships; else nil.
func ownSet(from latpred.Provenance) *dataset.Set {
	e, err := catalog.Find(from.Data)
	if err != nil {
		return nil
	}
	set, err := e.Set()
	if err != nil || from.DataHash != "" && from.DataHash != set.Hash() {
		return nil
	}
	return set
}

// judge fills in Judged, or NotJudged.
func (c *Card) judge(p latpred.Predictor, set *dataset.Set) error {
	if set == nil {
		c.NotJudged = "no measurements were given, and those that it was made from do not ship"
		return nil
	}
	rows, seen, err := unseen(p, set)
	if err != nil || len(rows) < 2 {
		c.NotJudged = "of the rows of " + base(set.Name) + " fewer than two were kept from it"
		if err != nil {
			c.NotJudged = strings.ReplaceAll(err.Error(), set.Name, base(set.Name))
		}
		return nil
	}
	j, warnings, err := newJudgement(p, set.Subset(rows))
	if not := (*latpred.NotLatencyError)(nil); errors.As(err, &not) {
		c.NotJudged = "its predictions are no latencies: " + not.Error()
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", set.Name, err)
	}
	j.Data, j.Of, j.Hash, j.Trained, j.Unknown = base(set.Name), set.Rows, set.Hash(), seen.Trained, seen.Unknown
	if seen.Split != nil {
		j.Protocol, j.Seed = seen.Split.Protocol, seen.Split.Seed
	}
	c.Judged, c.Warnings = j, slices.Concat(c.Warnings, warnings)
	return nil
}
