package upstream

import (
	"errors"
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred/pickle"
	"github.com/ofalat/ofalat/latpred/pytorch"
	"github.com/ofalat/ofalat/latpred/space"
)

// ParseHELPArchs reads HELP's ofa_archs.pt: a dict whose key arch has a list of
// architectures, each a dict with OFA's keys. Errors refer to the file as name.
func ParseHELPArchs(r io.Reader, name string) ([]space.Arch, error) {
	return archList(r, name, helpArch)
}

// archList reads the list under a file's key arch; one converts an item.
func archList(r io.Reader, name string, one func(item any) (space.Arch, error)) ([]space.Arch, error) {
	root, err := pytorch.ParseData(r, name)
	if err != nil {
		return nil, err
	}
	list, err := listAt(root, "arch")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	archs := make([]space.Arch, len(list))
	for i, item := range list {
		if archs[i], err = one(item); err != nil {
			return nil, fmt.Errorf("%s: arch[%d]: %w", name, i, err)
		}
	}
	return archs, nil
}

func helpArch(item any) (space.Arch, error) {
	dict, ok := item.(pickle.Map)
	if !ok {
		return space.Arch{}, errors.New("no dict")
	}
	var genes [4][]int
	for i, key := range []string{"ks", "e", "d", "r"} {
		value, ok := dict.Get(key)
		if !ok {
			return space.Arch{}, fmt.Errorf("key %s is missing", key)
		}
		items := []any{value}
		if list, ok := value.([]any); ok {
			items = list
		}
		for _, v := range items {
			n, ok := v.(int64)
			if !ok {
				return space.Arch{}, fmt.Errorf("key %s holds other values than integers", key)
			}
			genes[i] = append(genes[i], int(n))
		}
	}
	if len(genes[3]) != 1 {
		return space.Arch{}, fmt.Errorf("key r has %d values, want one", len(genes[3]))
	}
	return space.FromSlots(genes[3][0], genes[2], genes[0], genes[1])
}

// ParseHELPLatencies reads one of HELP's latency files: a list of milliseconds, in the
// order of the architectures. Errors refer to the file as name.
func ParseHELPLatencies(r io.Reader, name string) ([]float64, error) {
	root, err := pytorch.ParseData(r, name)
	if err != nil {
		return nil, err
	}
	list, ok := root.([]any)
	if !ok {
		return nil, fmt.Errorf("%s: holds no list", name)
	}
	out := make([]float64, len(list))
	for i, item := range list {
		v, ok := item.(float64)
		if n, whole := item.(int64); whole { // some phones' are rounded
			v, ok = float64(n), true
		}
		if !ok || !(v > 0 && v < 1e9) { // not NaN either
			return nil, fmt.Errorf("%s: value %d is no latency, want milliseconds above 0", name, i)
		}
		out[i] = v
	}
	return out, nil
}
