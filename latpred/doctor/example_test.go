package doctor_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/ofalat/ofalat/latpred/doctor"
)

// A machine of which little is known: what the system does not tell is unknown, and what is
// missing comes with the command that mends it.
func ExampleInspect() {
	r := doctor.Inspect(context.Background(), doctor.Host{
		OS: "linux", Arch: "amd64", Go: "go1.26", Cgo: true, CPUs: 8, MaxProcs: 8,
		Files: fstest.MapFS{"proc/cpuinfo": {Data: []byte("model name : Example CPU\n")}},
	})
	for _, l := range r.Lines()[:3] {
		fmt.Printf("%s: %s\n", l[0], l[1])
	}
	fmt.Println(r.Findings[0].Do)
	fmt.Println("the main job can be done:", r.OK)
	// Output:
	// system: linux/amd64, go1.26
	// processor: Example CPU, unknown sockets, unknown cores, 8 threads for this process
	// caches: unknown
	// latpred backend install cpu
	// the main job can be done: true
}
