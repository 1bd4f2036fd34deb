// Package journal records long work in a file of JSON lines, so that the work can resume
// after an interruption.
//
//  1. The first line, the header, identifies the work. The caller decides what it
//     contains and checks it.
//  2. Every other line is an entry. File.Append returns once the entry is on disk, so a
//     result that is announced after Append is in the journal.
//  3. A last line without its newline was cut off by a kill or a full disk: it does not
//     count, and Open removes it. Any other damage is an Error, which names the file and
//     the line, and leaves the file unchanged.
//  4. Only one process at a time can have a journal open to append (flock, which the
//     system releases when the process ends). Others can Read it meanwhile.
package journal
