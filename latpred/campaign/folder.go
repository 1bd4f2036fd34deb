package campaign

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// Folder is a campaign on a disk that all who take part share:
//
//	plan.yaml            as submitted
//	networks.txt         the plan's file of networks, if it names one, under its own extension
//	journals/            of each shard its journal, and what the measuring command writes beside it
//	logs/                what the shards' processes say
//	submissions.jsonl    what was handed to which engine
//
// How far a shard is, is read from its journal, and nowhere else.
type Folder struct {
	Dir   string
	Plan  *Plan
	Units int // networks or layers in all
}

const (
	planFile   = "plan.yaml"
	maxArchive = 1 << 30 // bytes of a file of networks
)

// Create makes the folder of a plan, or opens it if it is the folder of the same plan
// already. Another plan there is an error.
func Create(dir, plan string) (*Folder, error) {
	text, err := bounded.ReadFile(plan, maxPlan)
	if err != nil {
		return nil, err
	}
	p, err := ReadFile(plan)
	if err != nil {
		return nil, err
	}
	old, err := os.ReadFile(filepath.Join(dir, planFile))
	switch {
	case err == nil && !bytes.Equal(old, text):
		return nil, fmt.Errorf("%s has another plan than %s: name another folder", dir, plan)
	case err == nil:
		return Open(dir)
	case !errors.Is(err, os.ErrNotExist):
		return nil, err
	}
	for _, sub := range []string{"journals", "logs"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, err
		}
	}
	if p.Networks.File != "" {
		nets, err := bounded.ReadFile(p.Networks.File, maxArchive)
		if err != nil {
			return nil, err
		}
		if err := atomicfile.WriteBytes(filepath.Join(dir, networksFile(p)), nets); err != nil {
			return nil, err
		}
	}
	if err := atomicfile.WriteBytes(filepath.Join(dir, planFile), text); err != nil { // last: it makes the folder a campaign
		return nil, err
	}
	return Open(dir)
}

// Open opens the folder of a campaign.
func Open(dir string) (*Folder, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, planFile)
	p, err := ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is no campaign: there is no %s", dir, planFile)
	}
	if err != nil {
		return nil, err
	}
	if p.Networks.File != "" {
		p.Networks.File = filepath.Join(dir, networksFile(p))
	}
	f := &Folder{Dir: dir, Plan: p}
	f.Units, err = f.units()
	return f, err
}

// networksFile is the name of the copy of a plan's networks.
func networksFile(p *Plan) string { return "networks" + filepath.Ext(p.Networks.File) }

// units counts what is to be measured.
func (f *Folder) units() (int, error) {
	if f.Plan.Networks.Sample > 0 {
		return f.Plan.Networks.Sample, nil
	}
	s, err := space.ByID(f.Plan.Space)
	if err != nil {
		return 0, err
	}
	if f.Plan.Networks.Table > 0 {
		return len(lut.Layers(s, f.Plan.Networks.Table)), nil
	}
	in, err := bounded.Open(f.Plan.Networks.File)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	archs, err := measure.ReadArchs(in, f.Plan.Networks.File, s, dataset.Options{})
	return len(archs), err
}

// Program is the arguments of latpred that measure a shard, from 1: the plan's part of them,
// without what depends on the machine. A run that is stopped goes on with the same ones.
func (f *Folder) Program(shard int) []string {
	p := f.Plan
	args := []string{"measure", "nets"}
	switch {
	case p.Networks.Table > 0:
		args = []string{"measure", "table", "--resolutions", strconv.Itoa(p.Networks.Table)}
	case p.Networks.File != "":
		args = append(args, "--archs", p.Networks.File)
	default:
		args = append(args, "--n", strconv.Itoa(p.Networks.Sample), "--seed", strconv.FormatUint(p.Networks.Seed, 10))
	}
	add := func(flag, value, none string) {
		if value != none {
			args = append(args, flag, value)
		}
	}
	args = append(args, "--space", p.Space, "--batch", strconv.Itoa(p.Batch), "--threads", strconv.Itoa(p.Threads), "--shard", fmt.Sprintf("%d/%d", shard, p.Shards))
	add("--precision", p.Precision, "")
	add("--device", p.Device.Name, "")
	add("--group", strconv.Itoa(p.Protocol.Group), "0")
	add("--rounds", strconv.Itoa(p.Protocol.Rounds), "0")
	add("--runs", strconv.Itoa(p.Protocol.Runs), "0")
	if p.Protocol.Extra != nil {
		args = append(args, "--extra", strconv.Itoa(*p.Protocol.Extra))
	}
	return append(args, "--out", f.out(shard))
}

// stem is the name of a shard's files: shard-0003-of-0016.
func (f *Folder) stem(shard int) string {
	return fmt.Sprintf("shard-%04d-of-%04d", shard, f.Plan.Shards)
}

// out is what the measuring command of a shard writes: a CSV file, or the folder of a table.
func (f *Folder) out(shard int) string {
	out := filepath.Join(f.Dir, "journals", f.stem(shard))
	if f.Plan.Networks.Table > 0 {
		return out
	}
	return out + ".csv"
}

// Journal is the file of a shard's journal, from 1.
func (f *Folder) Journal(shard int) string {
	if r := f.Plan.Networks.Table; r > 0 {
		return filepath.Join(f.out(shard), fmt.Sprintf("%d.journal", r))
	}
	return f.out(shard) + ".journal"
}

// Log is the file with what the processes of a shard say.
func (f *Folder) Log(shard int) string {
	return filepath.Join(f.Dir, "logs", f.stem(shard)+".log")
}

// Progress is how far a shard is, from its journal.
type Progress struct {
	Units   int `json:"units"`              // measured
	Of      int `json:"of"`                 // that the shard has
	LeftOut int `json:"left_out,omitempty"` // that failed twice
	Rounds  int `json:"rounds"`             // in all, also of groups that are not finished
}

// Complete reports whether all units are measured, or left out.
func (p Progress) Complete() bool { return p.Units+p.LeftOut >= p.Of }

// Progress reads how far a shard is. A journal that is not there yet has nothing.
func (f *Folder) Progress(shard int) (Progress, error) {
	s := measure.Shard{Index: shard, Of: f.Plan.Shards}
	group := f.Plan.Protocol.Group
	if f.Plan.Networks.Table > 0 {
		group = cmp.Or(group, s.LayerGroup(f.Units))
	}
	p := Progress{Of: s.Count(f.Units, group)}
	j, err := measure.ReadJournalFile(f.Journal(shard))
	if errors.Is(err, os.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Units, p.LeftOut, p.Rounds = len(j.Results()), len(j.LeftOut()), j.Rounds()
	return p, nil
}
