// Package bench measures how fast the jobs of latpred are, beside the same jobs of
// a peer, and how near the limits of the machine.
//
//  1. Limits measures what the machine can do: multiply-adds and memory traffic.
//  2. Run does each Job several times, ours and the peer's in turn, so that a
//     machine that slows down slows both. A Row has every time, and the ratio: the
//     peer's best median, of one thread and of two, over our median.
//  3. Report is what came of it. Markdown writes it as a table; Recorded is the one
//     that the project ships, with its date and processor.
//  4. Growth follows how the cost of a job grows with its size, and Memory what it
//     needs at most.
//
// The README beside this file says what the numbers mean.
package bench
