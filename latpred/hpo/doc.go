// Package hpo searches hyper-parameters. It deals with trials, epochs and metrics, and
// does not depend on what is trained.
//
//  1. A searcher says what to try: Grid lists all points of some axes, Random some of
//     them. Each Config becomes a trial, numbered from 0.
//  2. A Scheduler says how long: it hands out tasks (train trial 3 from epoch 4 to 8) and
//     decides by the reports that come back. FIFO trains every trial to the end. The
//     others compare trials at Rungs: Stopping is the rule of Ray Tune; Promotion is the
//     ASHA of Li et al. (2018); Halving is the successive halving of Jamieson & Talwalkar
//     (2016), the cheapest if all trials are known in advance. Schedulers are
//     deterministic state machines without clocks or goroutines.
//  3. Run executes: it starts a Trainable for each trial, trains several at a time, and
//     keeps a journal from which an interrupted search can resume.
//
// Watched metrics are errors: smaller is better.
package hpo
