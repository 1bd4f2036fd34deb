// Package campaign measures with more than one machine.
//
//  1. A Plan, read from YAML by ReadFile, says what is measured, in how many shards, and
//     which workers it wants. It names a runner; the program behind that name is configured
//     where networks are measured (Runners).
package campaign
