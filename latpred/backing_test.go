package latpred_test

import (
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
)

// By hand: five errors divide new ones into six cases, so that the largest bounds five of
// them, 83.3 %; 99 errors support 99 % just so.
func TestBackingByHand(t *testing.T) {
	five := latpred.Backing{N: 5, Of: "measurements"}
	if h := five.Highest(); math.Abs(h-5./6) > 1e-15 || !five.Supports(5./6) || five.Supports(.834) {
		t.Errorf("highest level %v", h)
	}
	if b := (latpred.Backing{N: 99}); !b.Supports(.99) || b.Supports(.9901) {
		t.Error("99 errors and 99 %")
	}
	for level, want := range map[float64]float64{.01: 1. / 6, .5: .5, .51: 4. / 6, .8: 5. / 6, .9: 1, .99: 1} {
		if got := five.Level(level); math.Abs(got-want) > 1e-12 {
			t.Errorf("bounds of %v are those of %v, want %v", level, got, want)
		}
	}
	if got := (latpred.Backing{N: 5, Assumed: true}).Level(.51); got != .51 {
		t.Errorf("of a distribution: %v", got)
	}
}

func TestDoubt(t *testing.T) {
	for _, c := range []struct {
		b     latpred.Backing
		level float64
		want  string // "": no doubt
	}{
		{latpred.Backing{N: 5, Of: "measurements", Assumed: true}, .99, "5 measurements support levels up to 83.3 %: bounds of 99 % are not backed by them alone"},
		{latpred.Backing{N: 5, Of: "measurements", Assumed: true}, .8, ""},
		{latpred.Backing{N: 5, Of: "measurements", Assumed: true, Refused: true}, .9, "5 measurements support levels up to 83.3 %: of 90 % there is no upper bound"},
		{latpred.Backing{N: 5, Of: "measurements", Assumed: true, Refused: true}, .7, ""},
		{latpred.Backing{N: 19, Of: "calibration rows"}, .999, "19 calibration rows support levels up to 95 %: of 99.9 % there is no upper bound"},
		{latpred.Backing{N: 19, Of: "calibration rows"}, .95, ""},
		{latpred.Backing{N: 9, Of: "calibration rows"}, .85, "9 calibration rows support levels in steps of 10 %: the bounds of 85 % are those of 90 %"},
		{latpred.Backing{N: 999, Of: "calibration rows"}, .9991, "up to 99.9 %: of 99.91 %"},
		{latpred.Backing{N: 1499, Of: "calibration rows"}, .9995, "up to 99.933 %: of 99.95 %"},
		{latpred.Backing{N: 750, Of: "calibration rows"}, .9, ""},
		{latpred.Backing{Of: "measured GPUs", Assumed: true}, .5, "there are no measured GPUs that support a level"},
		{latpred.Backing{}, .9, ""}, // no intervals
	} {
		got := c.b.Doubt(c.level)
		if len(got) > 1 || (len(got) == 1) != (c.want != "") || c.want != "" && (got[0].Kind != latpred.WarnFewRows || !strings.Contains(got[0].Message, c.want)) {
			t.Errorf("%+v at %v: %v, want %q", c.b, c.level, got, c.want)
		}
	}
}

// Percentages have the digits that they need.
func TestPercent(t *testing.T) {
	for fraction, want := range map[float64]string{.9: "90 %", .999: "99.9 %", .995: "99.5 %", .99999: "99.999 %", .07: "7 %", .29: "29 %"} {
		if got := latpred.Percent(fraction); got != want {
			t.Errorf("%v: %s, want %s", fraction, got, want)
		}
	}
}
