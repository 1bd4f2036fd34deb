package main

import (
	"bufio"
	"bytes"
	"math"
	"testing"
)

// Intervals without an end are counted, and are no part of the mean width: JSON has no
// infinity.
func TestUnboundedIntervals(t *testing.T) {
	inf := math.Inf(1)
	s := judgeInterval(.9, []float64{1, 2, 3, 4}, []float64{0, 1, 0, 0}, []float64{2, 5, inf, inf}, []float64{1, 9, 3, 4})
	if s.WidthMs != 3 || s.UnboundedPercent != 50 || s.CoveragePercent != 75 {
		t.Errorf("%+v", s)
	}
	if s = judgeInterval(.9, []float64{1}, []float64{0}, []float64{inf}, []float64{1}); s.WidthMs != 0 || s.UnboundedPercent != 100 {
		t.Errorf("%+v", s)
	}
	for json, want := range map[bool]string{true: `{"latency_ms":3,"low_ms":0,"high_ms":null}` + "\n", false: "3,0,+Inf\n"} {
		var b bytes.Buffer
		out := &stream{level: .9, json: json, w: bufio.NewWriter(&b), low: []float64{0}, high: []float64{inf}}
		if err := out.line(0, 3); err != nil {
			t.Fatal(err)
		}
		if err := out.w.Flush(); err != nil || b.String() != want {
			t.Errorf("%q, want %q", b.String(), want)
		}
	}
}
