package backend

import (
	"fmt"
	"time"

	"github.com/gomlx/gomlx/core/graph"
)

// Report is the result of Check. Its texts are those of Backend.
type Report struct {
	Backend   string  `json:"backend"` // its Kind
	Plugin    string  `json:"plugin,omitempty"`
	PJRT      string  `json:"pjrt_version,omitempty"`
	Device    string  `json:"device"`
	Devices   int     `json:"devices"` // number of devices that the client has
	Threads   int     `json:"threads"`
	Reason    string  `json:"reason"`
	Missed    string  `json:"missed,omitempty"`
	CompileMs float64 `json:"compile_ms"` // time to compile the check's computation and run it once
	RunMs     float64 `json:"run_ms"`     // time of a second run
}

// Check multiplies two matrices on b and errs if the computation fails or its result is
// wrong.
func Check(b *Backend) (report Report, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: the check's computation failed: %v", b.Kind, p)
		}
	}()
	report = Report{
		Backend: b.Kind, Plugin: b.Plugin, PJRT: b.Version, Device: b.Device, Devices: int(b.NumDevices()),
		Threads: b.Threads, Reason: b.Reason, Missed: b.Missed,
	}
	exec, err := graph.NewExec(b.Backend, func(x, y *graph.Node) *graph.Node {
		return graph.ReduceAllSum(graph.Dot(x, y).Product())
	})
	if err != nil {
		return report, err
	}
	defer exec.Finalize()
	const n = 64
	x := make([][]float32, n)
	for i := range x {
		x[i] = make([]float32, n)
		for j := range x[i] {
			x[i][j] = float32((i+j)%3 - 1)
		}
	}
	var want float32 // sum over i, j, k of x[i][k]·x[k][j], exact in float32
	for k := range n {
		var column, row float32
		for i := range n {
			column += x[i][k]
			row += x[k][i]
		}
		want += column * row
	}
	for _, ms := range []*float64{&report.CompileMs, &report.RunMs} {
		start := time.Now()
		got, err := exec.Call1(x, x)
		if err != nil {
			return report, err
		}
		if got.Value() != want {
			return report, fmt.Errorf("%s: the check's computation gives %v, want %v", b.Kind, got.Value(), want)
		}
		*ms = float64(time.Since(start).Microseconds()) / 1e3
	}
	return report, nil
}
