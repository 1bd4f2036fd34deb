package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// FindModule returns the folder of the Go module that contains dir; it errs if there is
// none.
func FindModule(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "GOMOD")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w (is Go installed?)", err)
	}
	file := strings.TrimSpace(string(out))
	if file == "" || file == os.DevNull {
		return "", fmt.Errorf("%s lies in no Go module", dir)
	}
	return filepath.Dir(file), nil
}

// Launch describes how to start the GoNB kernel for a module.
type Launch struct {
	Module string            // its folder
	Bin    string            // folder with gonb and goimports, see InstallTools
	Raw    bool              // send errors as plain text, for clients that show no HTML
	Env    map[string]string // additional environment variables of the cells

	Modules []string // folders of further modules that cells see
	Fetch   bool     // cells may fetch modules, from where the user's settings say
	OwnWork bool     // cells make their own workspace: they see no module before

	Path string // another Jupyter kernel, called with the connection file alone, for tests; "": gonb
}

// Command returns the command that starts the Jupyter kernel with a connection file.
//
// A workspace makes cells see the module's packages; GOPROXY=off keeps `go get`
// from asking for them elsewhere, and gives cells the versions of the module's
// go.mod. Symbols are left out, which saves half of the link.
func (l Launch) Command(connectionFile string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(l.Bin, "gonb"), "-kernel", connectionFile, "-logtostderr")
	if !l.OwnWork {
		cmd.Args = append(cmd.Args, "-go_work="+strings.Join(append([]string{l.Module}, l.Modules...), ","))
	}
	if l.Raw {
		cmd.Args = append(cmd.Args, "-raw_error=true")
	}
	if l.Path != "" {
		cmd = exec.Command(l.Path, connectionFile)
	}
	cmd.Env = append(os.Environ(),
		"PATH="+l.Bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GOFLAGS='-ldflags=-s -w' -buildvcs=false",
		// The Jupyter kernel's temporary module lies outside: no workspace of the user's, no
		// vendor folder may change what it sees.
		"GOWORK=")
	if !l.Fetch {
		cmd.Env = append(cmd.Env, "GOPROXY=off")
	}
	for name, value := range l.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// tools are the programs that a Jupyter kernel needs, by their import paths in the
// module's tool block.
var tools = map[string]string{
	"gonb":      "github.com/janpfeifer/gonb",
	"goimports": "golang.org/x/tools/cmd/goimports",
}

// CacheDir returns the folder of everything that this package keeps for a user: tools and
// the outputs of executed notebooks.
func CacheDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no place for tools, set XDG_CACHE_HOME: %w", err)
	}
	return filepath.Join(cache, "ofalat"), nil
}

// goEnv is the environment of go commands in the module: no workspace around it may change
// what they see.
func goEnv() []string { return append(os.Environ(), "GOWORK=off") }

// InstallTools builds the tools that the module's go.mod pins, unless they are already
// built, and returns their folder in the user's cache.
func InstallTools(ctx context.Context, module string) (string, error) {
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(module, name))
		if err != nil {
			return "", fmt.Errorf("%s is no module with pinned tools: %w", module, err)
		}
		h.Write(content)
	}
	bin := filepath.Join(cache, "bin", hex.EncodeToString(h.Sum(nil)[:8]))
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return "", err
	}
	for name, path := range tools {
		if _, err := os.Stat(filepath.Join(bin, name)); err == nil {
			continue
		}
		cmd := exec.CommandContext(ctx, "go", "tool", "-n", path)
		cmd.Dir, cmd.Env = module, goEnv()
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("go tool -n %s: %w: %s", path, err, strings.TrimSpace(stderr.String()))
		}
		if err := install(filepath.Join(bin, name), strings.TrimSpace(string(out))); err != nil {
			return "", err
		}
	}
	return bin, nil
}

// install copies a program to target, whole or not at all. (It lies in the build
// cache, which may drop it.)
func install(target, program string) error {
	content, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	return renameio.WriteFile(target, content, 0o755, renameio.IgnoreUmask())
}
