// Package worker measures in a process of its own, which can be ended at any time.
//
// A call into a PJRT plugin, such as a compilation, can't be interrupted; it may take
// minutes, never return, or crash the process. So:
//
//  1. A Task says what is to be measured, on which backend and into which journals.
//  2. Work, in the child process, does it. It tells on a pipe what it is about.
//  3. Supervisor.Run, in the parent, starts the child and ends it when the context ends, when
//     the task's limit is reached, or when a compilation takes too long. A crash becomes an
//     error that names the network, or the network is recorded in the journal, and the child is
//     started again; one that fails twice is left out.
//
// What remains of a child is its journals: every complete round is in them. A child ends
// with its parent.
package worker
