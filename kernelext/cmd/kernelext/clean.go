package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ofalat/ofalat/kernelext/run"
)

type cleanCmd struct {
	Values bool `help:"Also what kernelext.Keep keeps: trained networks, for example."`
}

// Run removes the cache of executed notebooks, and what Jupyter kernels that were killed
// left in the temporary folder.
func (c *cleanCmd) Run() error {
	cache, err := run.CacheDir()
	if err != nil {
		return err
	}
	dirs := []string{filepath.Join(cache, "executed")}
	if c.Values {
		keep := os.Getenv("KERNELEXT_CACHE")
		if keep == "" {
			keep = filepath.Join(cache, "keep")
		}
		dirs = append(dirs, keep)
	}
	for _, pattern := range []string{"kernelext-*", "gonb_*"} {
		left, err := filepath.Glob(filepath.Join(os.TempDir(), pattern))
		if err != nil {
			return err
		}
		for _, dir := range left {
			if abandoned(dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	for _, dir := range dirs {
		switch _, err := os.Stat(dir); {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return err
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "removed %s\n", dir)
	}
	return removeEmpty(cache)
}

// abandoned tells whether nothing in a folder was touched for a day: a Jupyter kernel
// that lives writes into its folder with each cell.
func abandoned(dir string) bool {
	newest := time.Time{}
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
		return err
	})
	return err == nil && time.Since(newest) > 24*time.Hour
}
