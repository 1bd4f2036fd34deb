package doctor

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"

	"gonum.org/v1/gonum/stat"
)

// QuietCV is the largest coefficient of variation of the probe on a quiet machine, and
// QuietOthers the most cores that other processes may keep busy meanwhile. Both are those of
// package measure, whose check takes longer and times what is measured.
const (
	QuietCV     = 0.02
	QuietOthers = 0.2
)

// The probe: rounds of a few runs, of which the fastest counts, until either is spent.
const (
	rounds    = 30
	runs      = 4
	probeTime = 3 * time.Second
)

// quiet times a fixed piece of work, and what others do meanwhile.
func (h Host) quiet(ctx context.Context) Quiet {
	q := Quiet{Load: -1, Others: -1}
	var load float64
	if _, err := fmt.Sscan(h.text("proc/loadavg"), &load); err == nil {
		q.Load = load
	}
	if h.OS == "darwin" {
		if _, err := fmt.Sscanf(h.output(ctx, "sysctl", "-n", "vm.loadavg"), "{ %f", &load); err == nil {
			q.Load = load
		}
	}
	if h.Work == nil {
		return q
	}
	start, before := time.Now(), h.busy()
	mins := []float64{}
	for range rounds {
		fastest := math.Inf(1)
		for range runs {
			fastest = min(fastest, h.Work().Seconds())
		}
		mins = append(mins, fastest)
		if time.Since(start) > probeTime || ctx.Err() != nil {
			break
		}
	}
	if after, wall := h.busy(), time.Since(start).Seconds(); before >= 0 && after >= 0 && wall > 0 {
		q.Others = max(0, (after-before)/wall)
	}
	if len(mins) > 2 {
		mins = mins[1:] // the first warms up
		q.Rounds = len(mins)
		if mean, std := stat.MeanStdDev(mins, nil); mean > 0 {
			q.CV = std / mean
		}
		q.OK = q.CV <= QuietCV && q.Others <= QuietOthers
	}
	return q
}

// busy is the processor time, in seconds since boot and over all cores, of all but this
// process; −1: unknown.
func (h Host) busy() float64 {
	first, _, _ := strings.Cut(h.text("proc/stat"), "\n")
	var user, nice, system, idle, wait, irq, soft, steal float64
	if _, err := fmt.Sscanf(first, "cpu %f %f %f %f %f %f %f %f", &user, &nice, &system, &idle, &wait, &irq, &soft, &steal); err != nil || h.Own == nil {
		return -1
	}
	const hertz = 100 // unit of /proc/stat: USER_HZ is 100 on every Linux
	return (user+nice+system+irq+soft+steal)/hertz - h.Own()
}

// work multiplies and adds for some milliseconds.
func work() time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start := time.Now()
	x := 1.0
	for range 4_000_000 {
		x = x*0.999999 + 1e-6
	}
	runtime.KeepAlive(x) // so that the work is not left out
	return time.Since(start)
}
