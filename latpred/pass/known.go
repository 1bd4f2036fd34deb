package pass

// Starting values for the launch queue of a device that is not known yet. Both of the
// authors' sets that were timed without synchronisation show a queue, of 920 and of 935
// launches; CUDA's is often said to hold 1,024.

// QueueDepths are the queue depths, in launches, with which a search starts, ascending.
// They must not be changed.
var QueueDepths = []int{800, 860, 920, 980, 1040}

// TypicalQueueDepth, in launches, is used where there are too few measurements to find
// the depth. It lies between those of the two sets that show a queue.
const TypicalQueueDepth = 928

// LaunchesMs are the times of one launch, in milliseconds, that are tried where there are
// too few measurements to fit it, ascending. They must not be changed.
var LaunchesMs = []float64{.008, .012, .017, .0205, .0255, .032, .04, .055}

// typicalLaunchMs is the launch time, in milliseconds, with which Fit starts.
const typicalLaunchMs = .025
