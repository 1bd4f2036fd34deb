package pass

// Starting values for the launch queue of a device that is not known yet. Both of the
// authors' sets that were timed without synchronisation show a queue, of 920 and of 935
// launches; CUDA's is often said to hold 1,024.

// QueueDepths are the queue depths, in launches, with which a search starts, ascending.
// They must not be changed.
var QueueDepths = []int{800, 860, 920, 980, 1040}

// DepthsTried are the queue depths, in launches, that are averaged over where there are too
// few measurements to find the depth, ascending: CUDA's 1,024 and up to a quarter less, as
// some launches of a pass may be no kernels, or kernels that we don't count. They must not
// be changed.
var DepthsTried = []int{768, 832, 896, 960, 1024}

// LaunchesMs are the times of one launch, in milliseconds, that are averaged over where
// there are too few measurements to fit it, ascending: 5 to 100 µs in equal ratios. They
// must not be changed.
var LaunchesMs = []float64{.005, .00675, .0091, .0123, .0166, .0224, .0302, .0407, .055, .0741, .1}

// typicalLaunchMs is the launch time, in milliseconds, with which Fit starts.
const typicalLaunchMs = .025
