// Package schemas holds the JSON Schemas of what the commands of latpred print with --json, one
// file for each command. They are made from the types of the results and the comments on their
// fields; README.md says how.
package schemas

import "embed"

// Files are the schemas: data_list.json is that of latpred data list.
//
//go:embed *.json
var Files embed.FS
