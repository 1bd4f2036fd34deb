package upstream

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
)

// HELPTables are HELP's latencies of one set of networks on many devices: of 5,000 of FBNet's
// networks or of all 15,625 of NAS-Bench-201.
type HELPTables struct {
	Space *space.Space
	Archs []space.Arch // in the order of all devices' latencies

	folder string // of the latencies
}

// helpTables has, by ID of a space, the folder of HELP's data, and the file of the networks in
// it with its parser.
var helpTables = map[string]struct {
	folder, networks string
	parse            func(r io.Reader, name string) ([]space.Arch, error)
}{
	"fbnet-cifar100": {"fbnet", "metainfo.pt", ParseHELPFBNet},
	"nasbench201":    {"nasbench201", "str_arch2idx.pt", ParseHELPNASBench201},
}

// OpenHELPTables reads the networks of a space, fbnet-cifar100 or nasbench201, from HELP's
// files in the folder upstream, see Dir.
func OpenHELPTables(upstream, spaceID string) (*HELPTables, error) {
	of, found := helpTables[spaceID]
	if !found {
		return nil, fmt.Errorf("HELP has no tables of space %s", spaceID)
	}
	s, err := space.ByID(spaceID)
	if err != nil {
		return nil, err
	}
	place := HELP + "/data/" + of.folder
	archs, err := parseFile(upstream, place+"/"+of.networks, of.parse)
	if err != nil {
		return nil, err
	}
	return &HELPTables{s, archs, filepath.Join(upstream, filepath.FromSlash(place), "latency")}, nil
}

// Devices lists the devices whose latencies are there, by HELP's names.
func (h *HELPTables) Devices() (names []string, err error) {
	files, err := os.ReadDir(h.folder)
	for _, f := range files {
		if name, found := strings.CutSuffix(f.Name(), ".pt"); found {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, err
}

// LatenciesMs reads the latencies of a device, in the order of Archs.
func (h *HELPTables) LatenciesMs(device string) ([]float64, error) {
	name := filepath.Join(h.folder, device+".pt")
	f, err := bounded.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	ms, err := ParseHELPLatencies(f, name)
	if err == nil && len(ms) != len(h.Archs) {
		err = fmt.Errorf("%s: %d latencies of %d networks", name, len(ms), len(h.Archs))
	}
	return ms, err
}

// Set reads the latencies of a device as a set, called as the device is.
func (h *HELPTables) Set(device string) (*dataset.Set, error) {
	ms, err := h.LatenciesMs(device)
	if err != nil {
		return nil, err
	}
	set := &dataset.Set{Info: dataset.Info{Name: device, Device: device, SpaceID: h.Space.ID, Rows: len(ms)}}
	for i, a := range h.Archs {
		set.Samples = append(set.Samples, dataset.Sample{Arch: a, LatencyMs: ms[i]})
	}
	return set, nil
}
