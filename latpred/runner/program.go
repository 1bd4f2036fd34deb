package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/ofalat/ofalat/runners"
)

// Warming up of a network in a program: at its first timing and at the later ones.
const (
	warmUps, warmSeconds           = 3, .2
	warmUpsLater, warmSecondsLater = 1, 0
)

// program is an engine whose networks run in a program of package runners.
type program struct {
	*process
	options Options
	note    func(text string)
}

// openProgram starts a recipe's program with Python.
func openProgram(ctx context.Context, recipe Recipe, o Options, dir string) (engine, hello, error) {
	python, err := findPython(o.Python)
	if err != nil {
		return nil, hello{}, err
	}
	folder := o.Dir
	if folder == "" {
		folder = filepath.Join(dir, "programs")
		if err := Copy(folder); err != nil {
			return nil, hello{}, err
		}
	}
	file := filepath.Join(folder, recipe.Program)
	if _, err := os.Stat(file); err != nil {
		return nil, hello{}, fmt.Errorf("--runner-dir: %w; latpred measure runners --out writes copies", err)
	}
	args := append([]string{"-u", "-B", file}, recipe.args...)
	more, err := o.args(recipe)
	if err != nil {
		return nil, hello{}, err
	}
	p, h, err := start(ctx, o.Log, loadFactor*o.Timeout, python, append(args, more...)...)
	if err != nil {
		return nil, hello{}, err
	}
	note := func(text string) { o.Notes.Once("note of the program", "runner %s: %s", recipe.Name, text) }
	h.program = file
	return &program{p, o, note}, *h, nil
}

// args are those that options give a recipe's program.
func (o Options) args(recipe Recipe) (args []string, err error) {
	torch, coreml := recipe.Program == "pytorch_runner.py", recipe.Program == "coreml_runner.py"
	if !coreml {
		args = append(args, "--threads", strconv.Itoa(o.Threads))
	}
	if torch {
		args = append(args, "--build", o.Build)
	}
	if o.Precision != "" {
		if !torch && !coreml {
			return nil, fmt.Errorf("it has no choice of a precision: leave --precision out")
		}
		args = append(args, "--precision", o.Precision)
	}
	return args, nil
}

// findPython gives the program name of Python 3.
func findPython(name string) (string, error) {
	if name != "" {
		path, err := exec.LookPath(name)
		if err != nil {
			return "", fmt.Errorf("--python: %w", err)
		}
		return path, nil
	}
	for _, name := range []string{"python3", "python"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no python3 in PATH; --python names one")
}

// Copy writes the programs of package runners, and their page, into a folder, which is
// made if it isn't there. It errs if one of the files is there and differs.
func Copy(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return fs.WalkDir(runners.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := runners.Files.ReadFile(name)
		if err != nil {
			return err
		}
		file := filepath.Join(folder, name)
		if old, err := os.ReadFile(file); err == nil {
			if string(old) != string(text) {
				return fmt.Errorf("%s is there and was changed: name another folder", file)
			}
			return nil
		}
		return os.WriteFile(file, text, 0o644)
	})
}

func (p *program) load(ctx context.Context, n *network) (loaded, error) {
	a, err := p.ask(ctx, loadFactor*p.options.Timeout, job{Do: "load", Key: n.key(), Model: n.model, Network: n.json, Image: n.image,
		Batch: n.batch, Resolution: n.arch.Resolution})
	if err != nil {
		return nil, err
	}
	if a.Note != "" {
		p.note(a.Note)
	}
	return &inProgram{program: p, network: n, unchecked: a.Uncheck}, nil
}

// inProgram is a network that a program has loaded.
type inProgram struct {
	*program
	network   *network
	unchecked bool
	warm      bool
}

func (l *inProgram) times(ctx context.Context) ([]float64, error) {
	j := job{Do: "run", Key: l.network.key(), WarmUps: warmUps, WarmS: warmSeconds, Runs: l.options.Runs}
	if l.warm {
		j.WarmUps, j.WarmS = warmUpsLater, warmSecondsLater
	}
	a, err := l.ask(ctx, l.options.Timeout, j)
	if err == nil && len(a.Ms) != l.options.Runs {
		err = fmt.Errorf("it told %d times, want %d", len(a.Ms), l.options.Runs)
	}
	l.warm = err == nil
	return a.Ms, err
}

func (l *inProgram) outputs(ctx context.Context) ([]float32, error) {
	if l.unchecked {
		return nil, fmt.Errorf("%w: its weights are its own", errNoOutputs)
	}
	out := filepath.Join(l.network.dir, "logits.f32")
	if _, err := l.ask(ctx, l.options.Timeout, job{Do: "outputs", Key: l.network.key(), Out: out}); err != nil {
		return nil, err
	}
	return readFloats(out)
}

func (l *inProgram) close() {
	_, _ = l.ask(context.Background(), l.options.Timeout, job{Do: "close", Key: l.network.key()}) // its end frees it too
}
