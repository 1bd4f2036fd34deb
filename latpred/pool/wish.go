package pool

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// KindLabels are the labels that decide times. Devices that agree in them, and in the
// runner's hash, which for XLA is that of its plugin, are of one kind.
var KindLabels = []string{"model", "system", "driver"}

// Wish is what a campaign wants of a device.
type Wish struct {
	Runner string                               // name of a runner that is configured at the worker; "": XLA
	Fits   func(labels map[string]string) error // errs, saying why, if a device with these labels may not measure; nil: all may
}

// refuses says why a device does not fit; "": it does.
func (w Wish) refuses(f Facts) string {
	if _, ok := f.Runners[w.Runner]; !ok {
		names := slices.Sorted(maps.Keys(f.Runners))
		return fmt.Sprintf("the campaign wants the runner %q; this worker has %q", w.Runner, names)
	}
	if w.Fits != nil {
		if err := w.Fits(f.Labels); err != nil {
			return err.Error()
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
