//go:build !(linux && amd64)

package backend

import (
	"fmt"
	"runtime"
)

func installCUDA(string, string) error {
	return fmt.Errorf("CUDA plugins are made for linux/amd64 alone, this is %s/%s", runtime.GOOS, runtime.GOARCH)
}
