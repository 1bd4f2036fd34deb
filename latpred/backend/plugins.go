package backend

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Plugin is a PJRT plugin that is installed.
type Plugin struct {
	Kind string `json:"kind"` // CPU or CUDA
	Path string `json:"path"`
}

// Plugins lists the PJRT plugins for processors and NVIDIA GPUs, in the order of
// preference: folders of PJRT_PLUGIN_LIBRARY_PATH, which excludes the others, or
// else the user's and the system's; in a folder, later versions first.
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
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "pjrt_c_api_*_plugin"+extension))
		if err != nil {
			continue // the folder's name is no pattern: nothing is there
		}
		slices.Sort(files)
		slices.Reverse(files)
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

// installDir is where go-xla's installer puts plugins for the user, and so do we.
func installDir() (string, error) {
	lib, err := userLib()
	return filepath.Join(lib, "go-xla"), err
}

// hasGPU reports whether the kernel drives an NVIDIA GPU.
func hasGPU() bool {
	_, err := os.Stat("/proc/driver/nvidia/version")
	return err == nil
}
