package upstream_test

import (
	"encoding/hex"
	"path"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// Every file of the manifest is pinned, stays in its repository's folder, and occurs once;
// every shipped set of another project's is made of one of them.
func TestManifest(t *testing.T) {
	files := upstream.Manifest()
	if len(files) < 59 {
		t.Errorf("%d files, want those of the first manifest at least", len(files))
	}
	commits, seen := map[string]string{}, map[string]bool{}
	for _, f := range files {
		sum, err1 := hex.DecodeString(f.SHA256)
		commit, err2 := hex.DecodeString(f.Commit)
		if err1 != nil || err2 != nil || len(sum) != 32 || len(commit) != 20 || f.Bytes <= 0 || f.Licence == "" {
			t.Errorf("not pinned: %+v", f)
		}
		if before, ok := commits[f.Repository]; ok && before != f.Commit {
			t.Errorf("%s at two commits", f.Repository)
		}
		commits[f.Repository] = f.Commit
		if seen[f.Place()] || f.Place() != path.Clean(f.Repository+"/"+f.Path) {
			t.Errorf("%s occurs twice, or leads elsewhere", f.Place())
		}
		seen[f.Place()] = true
	}
	sets, columns := 0, 0
	for _, info := range dataset.Index() {
		if info.Repository == "" {
			continue
		}
		if info.Column == "" {
			sets++
		}
		known := slices.ContainsFunc(files, func(f upstream.File) bool { return f.Repository == info.Repository && f.Path == info.Path })
		if known && info.Column != "" {
			columns++
		}
		if !known && info.Column == "" { // a benchmark can have devices whose files were put beside
			t.Errorf("%s is made of %s, which is not in the manifest", info.Name, info.Path)
		}
	}
	if sets != 17 || columns != 30 {
		t.Errorf("%d sets of others and %d of benchmarks, want 17 and 30", sets, columns)
	}
}
