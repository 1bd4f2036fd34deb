// Package hpo searches hyper-parameters. It knows trials, epochs and metrics, and
// nothing of what is trained.
//
//  1. A searcher says what to try: Grid lists all points of some axes, Random
//     some of them. Each Config becomes a trial, numbered from 0.
//  2. A Scheduler says how long: it hands out tasks (train trial 3 from epoch 4
//     to 8) and decides by the reports that come back. FIFO runs every trial to
//     the end; Stopping is the rule of Ray Tune, Promotion the ASHA of Li et al.
//     (2018), Halving the successive halving of Jamieson & Talwalkar (2016), the
//     cheapest where all trials are known. All three compare trials at Rungs.
//     Schedulers are plain state machines: no clock, no goroutine, no chance.
//  3. Run executes: it starts a Trainable for each trial, trains several at a
//     time, and keeps a journal from which an interrupted search goes on.
//
// Metrics that are watched are errors: smaller is better.
package hpo
