package pool

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// KindLabels are the labels that decide times. Devices that agree in them, and in the
// runner's hash, are of one kind.
var KindLabels = []string{"model", "system", "driver", "plugin"}

// Wish is what a campaign wants of a device.
type Wish struct {
	Runner string                    // name of a runner that is configured at the worker; "": XLA
	Labels map[string]*regexp.Regexp // by label: what its value must match
}

// NewWish compiles patterns by label. A pattern may match anywhere in a value.
func NewWish(runner string, patterns map[string]string) (w Wish, err error) {
	w = Wish{Runner: runner, Labels: map[string]*regexp.Regexp{}}
	for label, pattern := range patterns {
		if w.Labels[label], err = regexp.Compile(pattern); err != nil {
			return w, fmt.Errorf("label %s: %w", label, err)
		}
	}
	return w, nil
}

// refuses says why a device does not fit; "": it does.
func (w Wish) refuses(f Facts) string {
	if _, ok := f.Runners[w.Runner]; !ok {
		names := slices.Sorted(maps.Keys(f.Runners))
		return fmt.Sprintf("the campaign wants the runner %q; this worker has %q", w.Runner, names)
	}
	for _, label := range slices.Sorted(maps.Keys(w.Labels)) {
		if pattern, value := w.Labels[label], f.Labels[label]; !pattern.MatchString(value) {
			return fmt.Sprintf("the campaign wants %s to match %q; this device has %q", label, pattern, value)
		}
	}
	return ""
}

// Kind names the kind of a device for the wish's runner.
func (w Wish) Kind(f Facts) string {
	var parts []string
	for _, label := range KindLabels {
		if v := f.Labels[label]; v != "" {
			parts = append(parts, v)
		}
	}
	if hash := f.Runners[w.Runner]; hash != "" {
		parts = append(parts, "runner "+hash[:min(12, len(hash))])
	}
	return strings.Join(parts, ", ")
}
