package main

import (
	"cmp"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The Python package passes its own tests, with this test's program as latpred. Those with OFA's
// package skip where LATPRED_PYTHON, or python3, does not have it.
func TestPythonPackage(t *testing.T) {
	python := cmp.Or(os.Getenv("LATPRED_PYTHON"), "python3")
	if said, err := exec.Command(python, "-c", "import numpy, pytest").CombinedOutput(); err != nil {
		t.Skipf("%s with numpy and pytest is wanted: %v %s", python, err, said)
	}
	cmd := exec.Command(python, "-m", "pytest", "-q", "-p", "no:cacheprovider")
	cmd.Dir = "../../../python"
	cmd.Env = append(os.Environ(), "LATPRED_TEST_PROGRAM=1", "LATPRED_PROGRAM="+os.Args[0], "PYTHONPATH=src", "PYTHONDONTWRITEBYTECODE=1")
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	t.Log(strings.TrimSpace(string(said)))
}
