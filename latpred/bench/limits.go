package bench

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/ofalat/ofalat/latpred/loops"
)

// Machine describes the machine that a report was measured on.
type Machine struct {
	CPU     string `json:"cpu"`     // the processor's name
	Threads int    `json:"threads"` // GOMAXPROCS
	Go      string `json:"go"`      // version
	Loops   string `json:"loops"`   // instruction set, from loops.Name
	Backend string `json:"backend"` // from backend.Backend.String

	// Load is how many processes wanted to run in the minute before: what other
	// programs took. 0: not known.
	Load float64 `json:"load,omitempty"`
}

// Limits holds peak rates of the processor. A multiply-add counts as two operations; a
// copied byte counts twice, as read and as written.
type Limits struct {
	OneThreadGFLOPs  float64 `json:"one_thread_gflops"`  // float32 multiply-adds on registers
	AllThreadsGFLOPs float64 `json:"all_threads_gflops"` // the same on all threads at once
	CopyGBs          float64 `json:"copy_gbs"`           // GB/s of copying memory that is too large for the caches, on all threads
}

// measureLimits measures Limits, in about a second. Each is the best of several tries, so
// that other programs affect it little.
func measureLimits() Limits {
	threads := runtime.GOMAXPROCS(0)
	burn := func() float64 { return float64(loops.Burn(10_000)) }
	return Limits{
		OneThreadGFLOPs:  best(func() float64 { return perSecond(1, 50*time.Millisecond, burn) }) / 1e9,
		AllThreadsGFLOPs: best(func() float64 { return perSecond(threads, 50*time.Millisecond, burn) }) / 1e9,
		CopyGBs:          best(copyBandwidth(threads)) / 1e9,
	}
}

// best is the largest of some tries.
func best(try func() float64) (most float64) {
	for range 5 {
		most = max(most, try())
	}
	return most
}

// perSecond calls f on so many threads for a while and adds up what it returns.
func perSecond(threads int, atLeast time.Duration, f func() float64) float64 {
	sums := make([]float64, threads)
	var group sync.WaitGroup
	start := time.Now()
	for t := range threads {
		group.Go(func() {
			for time.Since(start) < atLeast {
				sums[t] += f()
			}
		})
	}
	group.Wait()
	elapsed := time.Since(start).Seconds()
	var total float64
	for _, s := range sums {
		total += s
	}
	return total / elapsed
}

// copyBandwidth returns a function that measures the bandwidth once: each thread copies
// back and forth between two areas of 64 MB with the runtime's memmove.
func copyBandwidth(threads int) (try func() float64) {
	const size = 64 << 20
	areas := make(chan [2][]byte, threads)
	for range threads {
		a := [2][]byte{make([]byte, size), make([]byte, size)}
		for i := range size { // or all pages would be the one of zeros
			a[0][i], a[1][i] = byte(i), byte(i)
		}
		areas <- a
	}
	return func() float64 {
		return perSecond(threads, 50*time.Millisecond, func() float64 {
			a := <-areas
			defer func() { areas <- a }()
			return 2 * float64(copy(a[0], a[1]))
		})
	}
}

// loadAverage is the system's load average over a minute; 0 if it is not known.
func loadAverage() (load float64) {
	content, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	if _, err := fmt.Sscan(string(content), &load); err != nil {
		return 0
	}
	return load
}

// cpuName is the processor's name from the system.
func cpuName() string {
	content, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(content)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return runtime.GOARCH
}
