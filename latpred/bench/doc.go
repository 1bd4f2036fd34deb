// Package bench measures how fast the jobs of latpred are, compared with the same jobs of
// a peer (another implementation) and with the limits of the machine.
//
//  1. Limits holds the machine's peak rates of multiply-adds and memory traffic.
//  2. Run does each Job several times, ours and the peer's in turn, so that a machine
//     that slows down slows both. A Row has every time and their ratio: the best of the
//     peer's medians, with one thread and with two, over our median.
//  3. Report holds the results. Markdown writes it as a table; Recorded is the report
//     that the project ships, with its date and processor.
//  4. Growth measures how the time of a job grows with its size, and Memory its peak
//     memory.
//
// The README beside this file explains the numbers.
package bench
