// Package runners holds the small programs, in Python, that time networks in other runtimes,
// with the page that describes them, so that a single binary has them. Package
// latpred/runner starts them; README.md says how to use and how to change them.
package runners

import "embed"

// Files are the programs and README.md.
//
//go:embed README.md *.py
var Files embed.FS
