package backend

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Settings say how XLA compiles for a GPU. They hold for the whole process, so only the
// first plugin that it opens can be given any. The zero value leaves everything to XLA.
// They have no effect on other backends.
type Settings struct {
	// Autotune is XLA's level of autotuning: "0" compiles without running candidates and
	// takes what the libraries propose, "1" to "4" time candidates, with more and more
	// checks. "" and "default" stand for XLA's own, 4.
	Autotune string
	// Exact makes float32 mean float32. Without it XLA and NVIDIA's libraries may round
	// the factors of products and convolutions to ten bits of mantissa (TF32).
	Exact bool
	// Cache keeps what autotuning found in the user's cache folder, shared by networks
	// and processes, one folder for each plugin file.
	Cache bool
}

// Autotunes lists the values of Settings.Autotune but "".
func Autotunes() []string { return []string{"default", "0", "1", "2", "3", "4"} }

// Validate errs on an unknown level of autotuning.
func (s Settings) Validate() error {
	if s.Autotune != "" && !slices.Contains(Autotunes(), s.Autotune) {
		return fmt.Errorf("autotune %q: there are %s", s.Autotune, strings.Join(Autotunes(), ", "))
	}
	return nil
}

// Names of XLA's flags, as of XLA in 2024 to 2026. The folder of a cache that holds a file for
// each fusion was renamed; plugins know one of the two names.
const (
	flagAutotune  = "xla_gpu_autotune_level"
	flagCache     = "xla_gpu_per_fusion_autotune_cache_dir"
	flagNewCache  = "xla_gpu_experimental_autotuner_cache_dir"
	flagCacheMode = "xla_gpu_experimental_autotune_cache_mode"
)

// Asked reports whether the user has set a level of autotuning in XLA_FLAGS.
func Asked() bool { return strings.Contains(os.Getenv("XLA_FLAGS"), flagAutotune) }

// flags returns the value of XLA_FLAGS for a plugin. What XLA_FLAGS holds already is kept
// and has precedence. A flag that the plugin does not know would end the process, so such
// are left out; an autotuning level that can't be set is an error.
func (s Settings) flags(plugin, already string) (string, error) {
	if err := s.Validate(); err != nil {
		return "", err
	}
	names := []string{flagAutotune, flagCache, flagNewCache, flagCacheMode}
	known, err := knownTo(plugin, names)
	if err != nil {
		return "", err
	}
	all := strings.Fields(already)
	if s.Autotune != "" && strings.Contains(already, flagAutotune) {
		return "", fmt.Errorf("XLA_FLAGS has %s, and autotuning at level %s is asked for: leave one of the two out", flagAutotune, s.Autotune)
	}
	add := func(name, value string) {
		for _, f := range all {
			if f == "--"+name || strings.HasPrefix(f, "--"+name+"=") {
				return
			}
		}
		all = append(all, "--"+name+"="+value)
	}
	if s.Autotune != "" && s.Autotune != "default" {
		if !known[flagAutotune] {
			return "", fmt.Errorf("this plugin's XLA has no flag %s: leave autotuning to it", flagAutotune)
		}
		add(flagAutotune, s.Autotune)
	}
	if s.Cache && (known[flagCache] || known[flagNewCache]) {
		dir, err := cacheDir(plugin)
		if err != nil {
			return "", err
		}
		name := flagCache
		if !known[flagCache] {
			name = flagNewCache
		}
		add(name, dir)
		if known[flagCacheMode] {
			add(flagCacheMode, "update")
		}
	}
	return strings.Join(all, " "), nil
}

// cacheDir is the folder of autotuning results for a plugin's file; it is created. XLA
// does not check versions in it, so its name has the file's size and time.
func cacheDir(plugin string) (string, error) {
	info, err := os.Stat(plugin)
	if err != nil {
		return "", err
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	name := strings.TrimSuffix(filepath.Base(plugin), filepath.Ext(plugin))
	dir = filepath.Join(dir, "ofalat", "autotune", fmt.Sprintf("%s-%x-%x", name, info.Size(), info.ModTime().Unix()))
	return dir, os.MkdirAll(dir, 0o755)
}

// knownTo reports which flags a plugin has: their names are in the file.
func knownTo(plugin string, names []string) (map[string]bool, error) {
	f, err := os.Open(plugin)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	known := map[string]bool{}
	const piece = 8 << 20
	overlap := 0
	buffer := make([]byte, piece+128)
	for {
		n, err := io.ReadFull(f, buffer[overlap:])
		text := buffer[:overlap+n]
		for _, name := range names {
			known[name] = known[name] || bytes.Contains(text, []byte(name))
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return known, nil
		}
		if err != nil {
			return nil, err
		}
		overlap = copy(buffer, text[len(text)-128:])
	}
}

// apply sets the environment that XLA and NVIDIA's libraries read when a plugin opens, and
// returns the flags in force.
func (s Settings) apply(plugin string) (flags string, err error) {
	if flags, err = s.flags(plugin, os.Getenv("XLA_FLAGS")); err != nil {
		return "", err
	}
	set := map[string]string{"XLA_FLAGS": flags}
	if s.Exact {
		set["NVIDIA_TF32_OVERRIDE"] = "0"
	}
	if os.Getenv("GOPJRT_CUDA_CHECKS") == "" {
		set["GOPJRT_CUDA_CHECKS"] = "no" // it would warn of a missing folder though all works
	}
	for name, value := range set {
		if err := os.Setenv(name, value); err != nil {
			return "", err
		}
	}
	return flags, nil
}
