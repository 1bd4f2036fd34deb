//go:build linux && amd64

package backend

import "github.com/gomlx/go-xla/installer"

// installCUDA fetches the plugin and NVIDIA's libraries to dir.
func installCUDA(name, dir string) error {
	return installer.CudaInstall(name, "latest", dir, true, installer.Quiet)
}
