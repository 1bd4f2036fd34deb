package backend

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Plugin is an installed PJRT plugin.
type Plugin struct {
	Kind string `json:"kind"` // CPU or CUDA
	Path string `json:"path"` // of the shared library
}

// Plugins lists the installed PJRT plugins for processors and NVIDIA GPUs in order of
// preference. They are searched in the folders of PJRT_PLUGIN_LIBRARY_PATH if it is set,
// and otherwise in the user's and the system's folder. In a folder, later versions come
// first. CUDA's may also be in its folder nvidia.
func Plugins() []Plugin {
	dirs := filepath.SplitList(os.Getenv("PJRT_PLUGIN_LIBRARY_PATH"))
	if len(dirs) == 0 {
		if dir, err := installDir(); err == nil {
			dirs = append(dirs, dir)
		}
		dirs = append(dirs, "/usr/local/lib/go-xla")
	}
	extension := ".so"
	if runtime.GOOS == "darwin" {
		extension = ".dylib"
	}
	var plugins []Plugin
	for _, dir := range withCUDA(dirs) {
		files, err := filepath.Glob(filepath.Join(dir, "pjrt_c_api_*_plugin"+extension))
		if err != nil {
			continue // the folder's name is no pattern: nothing is there
		}
		slices.SortFunc(files, func(a, b string) int { return -compareVersions(a, b) })
		for _, f := range files {
			switch name := strings.TrimPrefix(filepath.Base(f), "pjrt_c_api_"); {
			case strings.HasPrefix(name, "cpu"):
				plugins = append(plugins, Plugin{CPU, f})
			case strings.HasPrefix(name, "cuda"):
				plugins = append(plugins, Plugin{CUDA, f})
			}
		}
	}
	return plugins
}

// withCUDA adds to each folder the one that CUDA plugins are installed into.
func withCUDA(dirs []string) (all []string) {
	for _, dir := range dirs {
		all = append(all, dir, filepath.Join(dir, cudaFolder))
	}
	return all
}

// numbers finds the parts of a version in a file's name.
var numbers = regexp.MustCompile(`\d+`)

// compareVersions orders names by the numbers in them, 0.83 before 0.114.
func compareVersions(a, b string) int {
	return slices.Compare(versionOf(a), versionOf(b))
}

func versionOf(path string) []int {
	var parts []int
	for _, text := range numbers.FindAllString(filepath.Base(path), -1) {
		n, err := strconv.Atoi(text)
		if err != nil {
			continue // longer than any version
		}
		parts = append(parts, n)
	}
	return parts
}

// installDir is the folder where go-xla's installer, and Install, put the user's
// plugins.
func installDir() (string, error) {
	lib, err := userLib()
	return filepath.Join(lib, "go-xla"), err
}

// hasGPU reports whether the system's NVIDIA driver is loaded.
func hasGPU() bool {
	_, err := os.Stat("/proc/driver/nvidia/version")
	return err == nil
}
