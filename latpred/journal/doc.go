// Package journal keeps a record of long work in a file of JSON lines, from which
// the work goes on when it was interrupted.
//
//  1. The first line, the header, says of which work the journal is; what it must
//     say is the caller's business.
//  2. Each other line is an entry. File.Append returns when it is on disk, so that
//     what the work has told others is in the journal.
//  3. A last line without its newline was cut off by a kill or a full disk: it
//     doesn't count, and Open removes it. Any other damage is an Error, which names
//     the file and the line, and leaves the file as it is.
//  4. One process at a time has a journal open to append (flock, which the system
//     lets go when the process ends, however it does). Others can Read it meanwhile.
package journal
