package pass

// What is known of launch queues before a device's own is found: where to look. Both
// of the authors' sets whose clock was not synchronised show a queue, of 920 and of
// 935 launches; 1,024 is often said of CUDA.

// QueueDepths are the depths that a search begins with, ascending. They must not be
// changed.
var QueueDepths = []int{800, 860, 920, 980, 1040}

// TypicalQueueDepth is between those of the two sets that show a queue: what is taken
// where measurements are too few to find it.
const TypicalQueueDepth = 928

// LaunchesMs are the times of a launch, in milliseconds, that are tried where
// measurements are too few to fit it, ascending. They must not be changed.
var LaunchesMs = []float64{.008, .012, .017, .0205, .0255, .032, .04, .055}

// typicalLaunchMs is what a fit begins with.
const typicalLaunchMs = .025
