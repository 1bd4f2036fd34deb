package backend

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// shelf is an index of wheels that stand-ins for pip take them from: files by their names in
// wheels, which are given by their own names.
type shelf map[string]map[string]string

// lay writes the wheels into a folder, and returns it and the list that pins them.
func (s shelf) lay(t *testing.T) (dir string, list wheels) {
	t.Helper()
	dir = t.TempDir()
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s)) {
		var content bytes.Buffer
		z := zip.NewWriter(&content)
		for file, inside := range s[name] {
			w, err := z.Create(file)
			if err == nil {
				_, err = w.Write([]byte(inside))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(z.Close(), os.WriteFile(filepath.Join(dir, name+".whl"), content.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "%s==1 --hash=sha256:%x\n", name, sha256.Sum256(content.Bytes()))
	}
	return dir, parseWheels([]byte(text.String()))
}

// pip puts a python3 on the PATH that stands in for pip. $dest is the folder of --dest.
func pip(t *testing.T, script string) {
	t.Helper()
	bin := t.TempDir()
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	script = "#!/bin/sh\nwhile [ \"$1\" != --dest ]; do shift; done; dest=$2\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(bin, "python3"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
}

// tree lists the files of a folder but for hidden ones, with their content.
func tree(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, err2 := filepath.Rel(dir, path)
		files = append(files, name+" "+string(content))
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var cudaShelf = shelf{
	"jax": {"jax_plugins/xla_cuda13/xla_cuda_plugin.so": "plugin", "jax.dist-info/METADATA": "x"},
	"nv":  {"nvidia/cu13/bin/ptxas": "assembler", "nvidia/cu13/lib/libcublas.so.13": "products"},
}

func TestInstallWheels(t *testing.T) {
	for plugin, c := range map[string]struct {
		of   shelf
		want []string
	}{
		"cpu":    {shelf{"xla": {cpuInWheel: "plugin", "other.so": "x"}}, []string{"pjrt_c_api_cpu_plugin.so plugin"}},
		"cuda13": {cudaShelf, []string{"nvidia/bin/ptxas assembler", "nvidia/cu13/bin/ptxas assembler", "nvidia/cu13/lib/libcublas.so.13 products", "nvidia/pjrt_c_api_cuda_plugin.so plugin"}},
	} {
		index, list := c.of.lay(t)
		pip(t, "echo Downloading something; cp "+index+"/* \"$dest\"")
		dir, said := t.TempDir(), ""
		for _, old := range []string{".download-1/half.whl", "nvidia/old.so"} { // of a killed install, of an older one
			if plugin == "cpu" && old[0] == 'n' {
				continue
			}
			if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, old)), 0o755), os.WriteFile(filepath.Join(dir, old), nil, 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		if err := list.install(t.Context(), plugin, dir, func(step string) { said += step + "\n" }); err != nil {
			t.Fatalf("%s: %v", plugin, err)
		}
		if got := tree(t, dir); !slices.Equal(got, c.want) {
			t.Errorf("%s: there are %q, want %q", plugin, got, c.want)
		}
		if !strings.Contains(said, "Downloading something") {
			t.Errorf("%s: it said %q", plugin, said)
		}
	}
}

// Whatever pip leaves that isn't what is pinned is refused, and nothing of it stays, even if
// only one wheel of several differs, lacks or is too many.
func TestInstallRefusesWheels(t *testing.T) {
	index, list := cudaShelf.lay(t)
	for want, script := range map[string]string{
		"is none of those that are pinned": "cp " + index + "/* $dest; echo >>$dest/nv.whl",
		"wheel new.whl has SHA-256":        "cp " + index + "/* $dest; echo >$dest/new.whl",
		"no wheel of nv==1":                "cp " + index + "/jax.whl $dest",
		"no wheel of":                      "exit 0",
		"no route to the index":            "cp " + index + "/* $dest; echo no route to the index >&2; exit 1",
		"no such file or directory":        "cp " + index + "/* $dest; ln -s nowhere $dest/x.whl",
	} {
		pip(t, script)
		dir := t.TempDir()
		if err := list.install(t.Context(), "cuda13", dir, func(string) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
		if left := tree(t, dir); left != nil {
			t.Errorf("%s: left behind: %q", want, left)
		}
	}
}

// A wheel that is pinned by mistake still writes nothing outside its folder.
func TestInstallOutside(t *testing.T) {
	index, list := shelf{"nv": {"nvidia/../../../evil.so": "x"}}.lay(t)
	pip(t, "cp "+index+"/* $dest")
	dir := filepath.Join(t.TempDir(), "a")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := list.install(t.Context(), "cuda13", dir, func(string) {}); err == nil || !strings.Contains(err.Error(), "evil.so") {
		t.Errorf("%v, want the name of the file", err)
	}
	if left := tree(t, filepath.Dir(dir)); left != nil {
		t.Errorf("written: %q", left)
	}
	index, list = shelf{"xla": {"other": "x"}}.lay(t)
	pip(t, "cp "+index+"/* $dest")
	if err := list.install(t.Context(), "cpu", dir, func(string) {}); err == nil || !strings.Contains(err.Error(), "is not in it") {
		t.Errorf("a wheel without the plugin: %v", err)
	}
}

// Every line of the shipped lists is a pin that is used: none is loose.
func TestPinned(t *testing.T) {
	lists, err := fs.Glob(pinned, "wheels/*.txt")
	if err != nil || len(lists) < 3 {
		t.Fatalf("%v, %v", lists, err)
	}
	for _, name := range lists {
		text, err := pinned.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "#") {
				lines++
			}
		}
		if n := len(parseWheels(text).names); n != lines || n == 0 {
			t.Errorf("%s: %d lines, %d pins", name, lines, n)
		}
	}
	if _, err := wheelsOf("cpu"); (runtime.GOOS+runtime.GOARCH == "linuxamd64") != (err == nil) {
		t.Error(err)
	}
	if _, err := wheelsOf("tpu"); !errors.Is(err, ErrUnpinned) {
		t.Errorf("%v, want ErrUnpinned", err)
	}
}
