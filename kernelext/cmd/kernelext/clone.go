package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/ofalat/ofalat/kernelext/run"
	"golang.org/x/mod/modfile"
)

// modulePath is the module whose packages cells see.
const modulePath = "github.com/ofalat/ofalat"

// clone finds the folder of the module: that which is asked for, or around this folder,
// or where this program was built. So that a notebook anywhere on the disk can be run
// from anywhere.
func clone(ctx context.Context, asked string) (string, error) {
	if asked != "" {
		if !isClone(asked) {
			return "", fmt.Errorf("--module %s: its go.mod is not that of %s", asked, modulePath)
		}
		return filepath.Abs(asked)
	}
	module, err := run.FindModule(ctx, ".")
	if err == nil && isClone(module) {
		return module, nil
	}
	_, file, _, ok := runtime.Caller(0) // as it was when this was compiled; not with -trimpath
	for dir := filepath.Dir(file); ok && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if isClone(dir) {
			return dir, nil
		}
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return "", fmt.Errorf("%s lies in no clone of %s: call this in one, or name it with --module DIR", here, modulePath)
}

// isClone tells whether a folder is the top of the module.
func isClone(dir string) bool {
	content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && modfile.ModulePath(content) == modulePath
}
