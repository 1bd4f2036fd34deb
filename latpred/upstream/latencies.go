package upstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
)

// NetworklessError says that a file has latencies, and nothing tells of which networks.
type NetworklessError struct {
	Name   string         // of the file
	Rows   int            // number of latencies
	Spaces []*space.Space // those of which HELP measured as many networks; nil: none
}

// Error says what to do.
func (e *NetworklessError) Error() string {
	return fmt.Sprintf("%s: %d latencies without their networks: put HELP's file of these (one of %s) into its folder or the one above, or write networks and latencies to one file, such as a CSV file with the columns arch and latency_ms",
		e.Name, e.Rows, networkNames())
}

// Open is o.Open that also reads latencies alone, as HELP publishes them: a list of numbers, or
// dicts in which such lists have names, that torch.save, pickle.dump or a writer of JSON wrote.
// Row by row they are those of the networks
//
//   - in HELP's file of networks that lies in the same folder or in the one above;
//   - without one, of the space of, which may be nil, in the order in which HELP lists them.
//
// o.LatencyColumn chooses one of several lists, by its name or by the end of its path, such as
// "cifar10/edgegpu_latency". The error is of type *NetworklessError if nothing tells the
// networks, and *dataset.ColumnError if nothing tells the list.
func Open(o dataset.Options, nameOrFile string, of *space.Space) (*dataset.Set, error) {
	set, failed := o.Open(nameOrFile)
	if failed == nil {
		return set, nil
	}
	lists, err := readLists(nameOrFile)
	if err != nil || len(lists) == 0 {
		return nil, failed // it is something else
	}
	list, err := lists.choose(nameOrFile, o.LatencyColumn)
	if err != nil {
		return nil, err
	}
	found, err := networksOf(nameOrFile, len(list.ms), of)
	if err != nil {
		return nil, err
	}
	o.LatencyColumn = ""
	if set, err = o.Read(bytes.NewReader(found.table(list.ms)), nameOrFile); err != nil {
		return nil, err
	}
	set.SpaceID, set.Device = found.spaceID, strings.TrimSuffix(filepath.Base(nameOrFile), filepath.Ext(nameOrFile))
	set.Warnings = append(set.Warnings, latpred.Warning{Kind: latpred.WarnColumns,
		Message: fmt.Sprintf("%d latencies, row by row those of the networks in %s", len(list.ms), found.name)})
	return set, nil
}

// networks are those of a file of latencies.
type networks struct {
	name    string // where they are from
	archs   []space.Arch
	spaceID string // "": the file does not tell the widths
}

// table writes networks and latencies as a set's file.
func (n *networks) table(ms []float64) []byte {
	var b bytes.Buffer
	b.WriteString("arch,latency_ms\n")
	for i, a := range n.archs {
		b.WriteString(a.String() + "," + strconv.FormatFloat(ms[i], 'g', -1, 64) + "\n")
	}
	return b.Bytes()
}

// networkFiles are the names of HELP's files of networks, with the space; "": widths are not
// told.
var networkFiles = []struct {
	name, spaceID string
	parse         func(r io.Reader, name string) ([]space.Arch, error)
}{
	{"metainfo.pt", "fbnet-cifar100", ParseHELPFBNet},
	{"str_arch2idx.pt", "nasbench201", ParseHELPNASBench201},
	{"ofa_archs.pt", "", ParseHELPArchs},
}

func networkNames() string {
	var names []string
	for _, f := range networkFiles {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}

// networksOf finds the networks of so many latencies in a file.
func networksOf(file string, rows int, of *space.Space) (*networks, error) {
	folder := filepath.Dir(file)
	for _, dir := range []string{folder, filepath.Join(folder, "..")} {
		for _, f := range networkFiles {
			name := filepath.Join(dir, f.name)
			archs, err := parseNetworks(name, f.parse)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("the networks of %s: %w", file, err)
			}
			return (&networks{name, archs, f.spaceID}).ofRows(file, rows)
		}
	}
	if of == nil {
		return nil, &NetworklessError{file, rows, spacesOf(rows)}
	}
	for _, info := range dataset.Index() {
		if info.Repository != HELP || info.SpaceID != of.ID {
			continue
		}
		set, err := dataset.Open(info.Name)
		if err != nil {
			return nil, err
		}
		return (&networks{"HELP's list of " + of.ID + " (nothing in the file tells them)", set.Archs(), of.ID}).ofRows(file, rows)
	}
	return nil, fmt.Errorf("%s: %d latencies without their networks, and HELP has no list of networks of %s", file, rows, of.ID)
}

func parseNetworks(name string, parse func(r io.Reader, name string) ([]space.Arch, error)) ([]space.Arch, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parse(f, name)
}

// ofRows errs if there are not as many networks as latencies.
func (n *networks) ofRows(file string, rows int) (*networks, error) {
	if len(n.archs) != rows {
		return nil, fmt.Errorf("%s: %d latencies, and %d networks in %s", file, rows, len(n.archs), n.name)
	}
	return n, nil
}

// spacesOf lists the spaces of which HELP measured so many networks.
func spacesOf(rows int) (list []*space.Space) {
	for _, info := range dataset.Index() {
		if info.Repository != HELP || info.Rows != rows {
			continue
		}
		if s, err := space.ByID(info.SpaceID); err == nil && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
