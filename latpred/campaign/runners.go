package campaign

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/ofalat/ofalat/internal/bounded"
)

// Runners are the programs that time networks on this machine, by the names that plans
// know. They are configured where networks are measured, by its owner, in a YAML file:
//
//	my-board:
//	  exec: ./on-my-board {}
//	  timeout: 2m
type Runners map[string]Runner

// Runner is a program to time networks with.
type Runner struct {
	Exec    string        `yaml:"exec"`    // the command, see measure.Foreign
	Pick    string        `yaml:"pick"`    // which printed number counts, see measure.Foreign; "": none is needed
	Timeout time.Duration `yaml:"timeout"` // of one call; default: 1m
}

// RunnersVariable is the environment variable that names the file of runners. Without it
// the file is runners.yaml in the folder latpred of the user's configuration.
const RunnersVariable = "LATPRED_RUNNERS"

// RunnersFile is the file of this machine's runners.
func RunnersFile() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		dir = "."
	}
	return cmp.Or(os.Getenv(RunnersVariable), filepath.Join(dir, "latpred", "runners.yaml"))
}

// ReadRunners reads a file of runners. One that is not there has none.
func ReadRunners(path string) (Runners, error) {
	text, err := bounded.ReadFile(path, maxPlan)
	if errors.Is(err, os.ErrNotExist) {
		return Runners{}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := shallow(text, path); err != nil {
		return nil, err
	}
	r := Runners{}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&r); err != nil && !errors.Is(err, io.EOF) {
		return nil, planError(err, path)
	}
	for name, runner := range r {
		if runner.Exec == "" || runner.Timeout < 0 || runner.Timeout > 24*time.Hour {
			return nil, &PlanError{File: path, Key: name, Reason: "want exec, a command, and a timeout of at most 24h"}
		}
		runner.Timeout = cmp.Or(runner.Timeout, time.Minute)
		r[name] = runner
	}
	return r, nil
}

// Find returns the runner of that name. The error lists those that there are.
func (r Runners) Find(name string) (Runner, error) {
	runner, ok := r[name]
	if !ok {
		there := strings.Join(slices.Sorted(maps.Keys(r)), ", ")
		return runner, fmt.Errorf("no runner %q on this machine: %s has %s", name, RunnersFile(), cmp.Or(there, "none"))
	}
	return runner, nil
}
