package upstream_test

import (
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred/upstream"
)

// Every upstream file is pinned by commit and SHA-256.
func ExampleManifest() {
	for _, f := range upstream.Manifest() {
		if f.Repository == upstream.Authors && strings.HasSuffix(f.Path, "RTX_2080_Ti_GPU_ofa.csv") {
			fmt.Println(f.Commit[:7], len(f.SHA256), f.Licence)
		}
	}
	// Output: 55ac5b5 64 Apache-2.0
}
