//go:build cgo

package backend

import (
	"fmt"
	"os"
	"strconv"

	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// HasXLA says whether this program was built with what calls PJRT plugins, which needs cgo.
const HasXLA = true

// openPlugin makes a client of the plugin in a file. The caller holds mu, because the
// plugin reads the number of threads from the environment.
func openPlugin(kind, path string, threads int, settings Settings) (*Backend, error) {
	xla.EnableAutoInstall(false) // Install says what it fetches; GoMLX's would not
	options, asked := pjrt.NamedValuesMap{}, os.Getenv("XLA_FLAGS")
	flags := asked
	if kind == CUDA {
		var err error
		if flags, err = settings.apply(path); err != nil {
			return nil, err
		}
	}
	if kind == CPU {
		if err := os.Setenv("PJRT_NPROC", strconv.Itoa(threads)); err != nil {
			return nil, err
		}
		options["cpu_device_count"] = int64(1)
	}
	inner, err := xla.NewWithOptions(path, options)
	if err != nil {
		return nil, err
	}
	if kind == CUDA && settings.Exact {
		inner.DotGeneralUseTF32 = false
	}
	plugin, err := pjrt.GetPlugin(path)
	if err != nil {
		return nil, err
	}
	major, minor := plugin.Version()
	return &Backend{
		Backend: inner, Kind: kind, Plugin: path, Version: fmt.Sprintf("%d.%d", major, minor),
		Device: inner.DeviceDescription(0), Threads: threads,
		Flags: flags, Asked: asked, Exact: kind == CUDA && settings.Exact,
	}, nil
}
