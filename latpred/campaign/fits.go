package campaign

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// Fits errs if a worker with these labels may not measure for the plan, and says which one
// is to blame. A label that the worker does not have fits nothing.
func (d Device) Fits(labels map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(d.Labels)) {
		form, err := regexp.Compile(d.Labels[name])
		if err != nil {
			return fmt.Errorf("device.labels.%s: %w", name, err)
		}
		value, ok := labels[name]
		if !ok {
			return fmt.Errorf("the plan wants a device whose %s matches %q; of this one it is not known", name, d.Labels[name])
		}
		if !form.MatchString(value) {
			return fmt.Errorf("the plan wants a device whose %s matches %q; that of this one is %q", name, d.Labels[name], value)
		}
	}
	return nil
}
