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
const typicalLaunchMs = .02
