package mlp

import "slices"

// autotuner chooses between one thread and all, by timing both. When other programs use
// the processor, threads wait for each other more than they work, and one alone is
// faster. The results are the same.
type autotuner struct {
	threads  int
	one, all recent // seconds a step, with one thread and with all
	now      int    // threads of the current run
	left     int    // runs until the slower of the two is tried again
	gap      int    // runs between such tries while one thread is faster; 0: all are faster
}

// A run is stepsPerRun steps with one number of threads. The slower number is tried
// again after at most retryAfter runs; while one thread is faster, sooner at first, since
// the disturbance may have been short.
const (
	stepsPerRun = 32
	retryAfter  = 32
)

// next is the number of threads for a run of steps.
func (a *autotuner) next() int {
	a.left--
	switch {
	case a.threads == 1 || a.all.runs > 0 && a.one.runs == 0:
		a.now = 1
	case a.one.runs == 0:
		a.now = a.threads
	case a.one.median() < a.all.median():
		a.now = 1
		switch {
		case a.gap == 0:
			a.gap, a.left = 1, 1
		case a.left <= 0:
			a.now, a.gap = a.threads, min(2*a.gap, retryAfter)
			a.left = a.gap
		}
	default:
		a.now, a.gap = a.threads, 0
		if a.left <= 0 {
			a.now, a.left = 1, retryAfter
		}
	}
	return a.now
}

// record notes how long a step of the run took.
func (a *autotuner) record(seconds float64) {
	if a.now == 1 {
		a.one.add(seconds)
	} else {
		a.all.add(seconds)
	}
}

// recent keeps the last three of a series of times.
type recent struct {
	times [3]float64
	runs  int // in total
}

func (r *recent) add(seconds float64) {
	r.times[r.runs%len(r.times)] = seconds
	r.runs++
}

// median of the last three times, which ignores a single disturbed run.
func (r *recent) median() float64 {
	times := r.times
	n := min(r.runs, len(times))
	slices.Sort(times[:n])
	return times[(n-1)/2]
}
