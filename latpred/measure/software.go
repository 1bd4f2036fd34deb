package measure

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/backend"
)

// Keys of Header.Software.
const (
	PluginHash  = "plugin sha256"  // of the PJRT plugin's file
	CommandHash = "command sha256" // of the programs and scripts that a foreign program's command names
	RunnerHash  = "runner sha256"  // of the program, or the tool, of a runner
	Driver      = "driver"         // version of the GPU's driver, or what a phone says of its system
)

// shared returns the part of a whose keys b has too.
func shared(a, b map[string]string) map[string]string {
	a = maps.Clone(a)
	maps.DeleteFunc(a, func(key, _ string) bool { _, ok := b[key]; return !ok })
	if len(a) == 0 {
		return nil
	}
	return a
}

// software is what decides the times of the runner's networks beside the header's fields.
func (r *Runner) software() map[string]string {
	m := map[string]string{}
	set(m, PluginHash, rememberedHash(r.be.Plugin))
	if r.be.Kind == backend.CUDA {
		set(m, Driver, NVIDIADriver())
	}
	return m
}

// software is what decides the times of the command beside the header's fields.
func (f Foreign) software() map[string]string {
	m := map[string]string{}
	set(m, CommandHash, hashOf(named(f.Command)...))
	return m
}

func set(m map[string]string, key, value string) {
	if value != "" {
		m[key] = value
	}
}

// maxHashed bounds the files of hashOf: plugins have hundreds of megabytes.
const maxHashed = 4 << 30

// FileHash returns the SHA-256 of a file's content, 64 hexadecimal digits; "" if the file
// is not regular, too large or can't be read.
func FileHash(path string) string { return hashOf(path) }

// hashOf returns the SHA-256 of the contents of files, one after the other, with the length
// before each if there are several; "" if there are none or one of them can't be read.
func hashOf(paths ...string) string {
	h := sha256.New()
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxHashed {
			return ""
		}
		f, err := os.Open(path)
		if err != nil {
			return ""
		}
		if len(paths) > 1 {
			fmt.Fprintln(h, info.Size())
		}
		_, err = io.Copy(h, io.LimitReader(f, maxHashed))
		f.Close()
		if err != nil {
			return ""
		}
	}
	if len(paths) == 0 {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}

// rememberedHash is FileHash of a file so large that hashing it takes a second: the hash is
// kept in the user's cache until the file's size or time changes.
func rememberedHash(path string) string {
	info, err := os.Stat(path)
	dir, noCache := os.UserCacheDir()
	if err != nil || noCache != nil {
		return hashOf(path)
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%d", path, info.Size(), info.ModTime().UnixNano()))
	kept := filepath.Join(dir, "ofalat", fmt.Sprintf("sha256-%x", key[:8]))
	if text, err := os.ReadFile(kept); err == nil && isHash.Match(text) {
		return string(text)
	}
	h := hashOf(path)
	if h != "" && os.MkdirAll(filepath.Dir(kept), 0o755) == nil {
		_ = atomicfile.Write(kept, func(w io.Writer) error { _, err := io.WriteString(w, h); return err }) // else it is hashed again
	}
	return h
}

var isHash = regexp.MustCompile("^[0-9a-f]{64}$")

// named lists the files that a shell command names and that are executable, or scripts by
// their names. What is found in PATH is not among them.
func named(command string) (files []string) {
	for _, word := range strings.FieldsFunc(command, func(r rune) bool { return strings.ContainsRune(" \t\n\"'`;|&()<>=$", r) }) {
		info, err := os.Stat(word)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if ext := filepath.Ext(word); info.Mode()&0o111 != 0 || ext == ".py" || ext == ".sh" {
			files = append(files, word)
		}
	}
	return files
}

var driverVersion = regexp.MustCompile(`Kernel Module\s+(?:for \S+\s+)?([0-9.]+)`)

// NVIDIADriver returns the version of this machine's NVIDIA driver; "" where there is none
// or the system does not tell.
func NVIDIADriver() string {
	text, err := os.ReadFile("/proc/driver/nvidia/version")
	if err != nil {
		return ""
	}
	if m := driverVersion.FindStringSubmatch(string(text)); m != nil {
		return m[1]
	}
	return ""
}
