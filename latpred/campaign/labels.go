package campaign

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ofalat/ofalat/latpred/measure"
)

// MachineLabels describes this machine for Device.Fits: what measure.Machine tells, such as
// processor, cores, system and governor; driver and gpu of an NVIDIA card; and clock, the
// highest that the governor allows the first core, such as "3700 MHz". What is not known is
// not there.
func MachineLabels() map[string]string {
	m := measure.Machine(nil)
	if d := measure.NVIDIADriver(); d != "" {
		m["driver"] = d
	}
	files, _ := filepath.Glob("/proc/driver/nvidia/gpus/*/information") // the pattern is right
	for _, file := range files {
		text, _ := os.ReadFile(file) // what can't be read is not known
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(line, ":"); ok && key == "Model" {
				m["gpu"] = strings.TrimSpace(value)
			}
		}
	}
	var kHz int
	if text, err := os.ReadFile("/sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq"); err == nil {
		if _, err := fmt.Sscan(string(text), &kHz); err == nil {
			m["clock"] = fmt.Sprintf("%d MHz", kHz/1000)
		}
	}
	return m
}
