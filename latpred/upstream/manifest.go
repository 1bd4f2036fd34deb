package upstream

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/ofalat/ofalat/data"
)

// File is a file of another project from which shipped data are made, or which tests
// compare with.
type File struct {
	Repository string // on GitHub: "OFANAS/OFANAS_PerformanceEstimation"
	Commit     string // hash of the commit
	Path       string // in the repository
	Bytes      int64  // size
	SHA256     string // hex
	Licence    string // of the repository
}

// Place is the path of the file, with slashes, in a mirror and in the cache.
func (f File) Place() string { return f.Repository + "/" + f.Path }

// Manifest lists all upstream files.
func Manifest() []File { return manifest() }

var manifest = sync.OnceValue(func() []File {
	f, err := data.Files.Open("manifest.tsv")
	if err != nil {
		panic("upstream: " + err.Error())
	}
	defer f.Close()
	in := csv.NewReader(f)
	in.Comma = '\t'
	rows, err := in.ReadAll()
	if err != nil {
		panic("upstream: data/manifest.tsv: " + err.Error())
	}
	var files []File
	for _, row := range rows[1:] {
		size, err := strconv.ParseInt(row[1], 10, 64)
		if err != nil {
			panic("upstream: data/manifest.tsv: " + err.Error())
		}
		files = append(files, File{Path: row[0], Bytes: size, SHA256: row[2], Repository: row[3], Commit: row[4], Licence: row[5]})
	}
	return files
})

// CacheDir is the folder for downloads: that named by the environment variable
// LATPRED_DATA_CACHE, or else ofalat/upstream in the user's cache folder.
func CacheDir() (string, error) {
	if dir := os.Getenv("LATPRED_DATA_CACHE"); dir != "" {
		return dir, nil
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder for upstream files, set LATPRED_DATA_CACHE: %w", err)
	}
	return filepath.Join(base, "ofalat", "upstream"), nil
}

// Dir finds a folder with the upstream files: the one that the environment variable
// LATPRED_DATA_MIRROR names, if it is a folder, or else CacheDir, if Fetch has completed
// it. The error says what to do.
func Dir() (string, error) {
	mirror := os.Getenv("LATPRED_DATA_MIRROR")
	if info, err := os.Stat(mirror); mirror != "" && err == nil && info.IsDir() {
		return mirror, nil
	}
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	for _, f := range Manifest() {
		info, err := os.Stat(filepath.Join(cache, filepath.FromSlash(f.Place())))
		if err != nil || info.Size() != f.Bytes {
			return "", fmt.Errorf("upstream file %s is not in %s: run `latpred data fetch`, or set LATPRED_DATA_MIRROR to a folder that has it", f.Place(), cache)
		}
	}
	return cache, nil
}
