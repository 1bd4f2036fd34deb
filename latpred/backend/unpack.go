package backend

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Where the plugins are in their wheels, and where they are put in the folder of plugins:
// a CUDA plugin looks for NVIDIA's libraries in the folder ../nvidia.
const (
	cpuInWheel  = "xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so"
	cudaInWheel = "jax_plugins/xla_%s/xla_cuda_plugin.so" // cuda12 or cuda13

	cpuFile    = "pjrt_c_api_cpu_plugin.so"
	cudaFolder = "nvidia"
	cudaFile   = "pjrt_c_api_cuda_plugin.so"
)

// unpackCPU moves the plugin of the only wheel to dir, by way of tmp in the same folder.
func unpackCPU(wheels []string, tmp, dir string) error {
	found, err := unpack(wheels[0], tmp, func(name string) string {
		if name == cpuInWheel {
			return cpuFile
		}
		return ""
	})
	if err == nil && found == 0 {
		err = fmt.Errorf("%s is not in it", cpuInWheel)
	}
	if err != nil {
		return fmt.Errorf("wheel %s: %w", filepath.Base(wheels[0]), err)
	}
	return os.Rename(filepath.Join(tmp, cpuFile), filepath.Join(dir, cpuFile))
}

// unpackCUDA moves the plugin and NVIDIA's libraries, from wheels, to the folder nvidia of
// dir, which it replaces, by way of tmp. name is cuda12 or cuda13.
func unpackCUDA(name string, wheels []string, tmp, dir string) error {
	for _, wheel := range wheels {
		_, err := unpack(wheel, tmp, func(file string) string {
			switch {
			case file == fmt.Sprintf(cudaInWheel, name):
				return filepath.Join(cudaFolder, cudaFile)
			case strings.HasPrefix(file, cudaFolder+"/"):
				return file
			}
			return ""
		})
		if err != nil {
			return fmt.Errorf("wheel %s: %w", filepath.Base(wheel), err)
		}
	}
	ptxas := "../cuda_nvcc/bin/ptxas"
	if name == "cuda13" {
		ptxas = "../cu13/bin/ptxas"
	}
	bin := filepath.Join(tmp, cudaFolder, "bin")
	if err := errors.Join(os.MkdirAll(bin, 0o755), os.Symlink(ptxas, filepath.Join(bin, "ptxas"))); err != nil {
		return err
	}
	target := filepath.Join(dir, cudaFolder)
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	return os.Rename(filepath.Join(tmp, cudaFolder), target)
}

// unpack writes those files of a wheel into dir for which place gives a path there, and
// says how many these are.
func unpack(wheel, dir string, place func(name string) string) (found int, err error) {
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return 0, err
	}
	defer z.Close()
	for _, f := range z.File {
		to := place(f.Name)
		if to == "" || f.FileInfo().IsDir() {
			continue
		}
		if !filepath.IsLocal(to) {
			return found, fmt.Errorf("a file named %q", f.Name)
		}
		if err := extract(f, filepath.Join(dir, to)); err != nil {
			return found, err
		}
		found++
	}
	return found, nil
}

// extract writes a file of a wheel. Those in folders named bin may be executed, as may
// libraries.
func extract(f *zip.File, to string) error {
	mode := fs.FileMode(0o644)
	if filepath.Base(filepath.Dir(to)) == "bin" || strings.Contains(filepath.Base(to), ".so") {
		mode = 0o755
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
