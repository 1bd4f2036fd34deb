package pass

// Starting values for the launch queue of a device that is not known yet.

// QueueDepths are the queue depths, in launches, with which a search starts, ascending in
// steps of ⁴√2. CUDA documents no depth for launches from the host; 1,024 is often seen, and
// 2,048 is the documented default for launches from the device
// (cudaLimitDevRuntimePendingLaunchCount). The list goes to that and a quarter of 1,024.
// They must not be changed.
var QueueDepths = []int{256, 304, 362, 431, 512, 609, 724, 861, 1024, 1218, 1448, 1722, 2048}

// StartLaunchesMs are the launch times, in milliseconds, with which a search starts,
// ascending: the fit of a launch time depends on where it starts. CUDA itself takes some
// 5 µs for a launch, and a framework several times as long. They must not be changed.
var StartLaunchesMs = []float64{.01, .02, .04, .08}

// TypicalQueueDepth, in launches, is used where there are too few measurements to find
// the depth. It lies between those of the two sets that show a queue.
const TypicalQueueDepth = 928

// LaunchesMs are the times of one launch, in milliseconds, that are tried where there are
// too few measurements to fit it, ascending. They must not be changed.
var LaunchesMs = []float64{.008, .012, .017, .0205, .0255, .032, .04, .055}

// typicalLaunchMs is the launch time, in milliseconds, with which Fit starts.
const typicalLaunchMs = .02
