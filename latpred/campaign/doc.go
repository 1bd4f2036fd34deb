// Package campaign measures with more than one machine.
//
//  1. A Plan, read from YAML by ReadFile, says what is measured, in how many shards, and
//     which workers it wants. It names a runner; the program behind that name is configured
//     where networks are measured (Runners).
//  2. Create makes the Folder of a plan, on a disk that all who take part share. Folder.Program
//     is the command that measures a shard into a journal of its own.
//  3. An Engine starts these commands and knows how they fare: Local in processes of this
//     machine, packages slurm and kubernetes on clusters. Folder.Submit notes what it was given.
//  4. Folder.Status joins what the engines say with the journals, which alone decide what is
//     measured; Status.Left is what to submit again. Package merge joins the journals.
package campaign
