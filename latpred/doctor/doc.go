// Package doctor says on one page what a machine is like for training and measuring: what
// it has, what is missing, and the command that mends it.
//
//  1. Local is the Host that this process runs on: its files, programs and plugins. Tests
//     make Hosts of their own.
//  2. Inspect asks a Host everything, in a few seconds, and returns a Report of plain values.
//     What the system does not tell is left at its zero value, and shown as unknown.
//  3. Report.Findings are sentences with a command each; Report.OK says whether predictors
//     can be trained and used here.
//  4. Report.Lines is the page.
package doctor
