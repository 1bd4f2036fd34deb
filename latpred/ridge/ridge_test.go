package ridge_test

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/ridge"
)

// A line through three points, by hand: y = 1 + 2x fits (0,1), (1,3), (2,5).
func TestLine(t *testing.T) {
	s := ridge.New(5)
	for x, y := range []float64{1, 3, 5} {
		s.Add([]ridge.Term{{Column: 3, Value: 1}, {Column: 1, Value: float64(x)}}, y, 1)
	}
	got, err := s.Solve(func(int) float64 { return 1e-12 }, []float64{9, 0, 0, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	for c, want := range []float64{9, 2, 0, 1, 0} { // column 0 never occurred: its prior
		if math.Abs(got[c]-want) > 1e-9 {
			t.Errorf("column %d is %v, want %v", c, got[c], want)
		}
	}
}

// One row y = 4 under weight w and penalty λ towards p: x = (w·4 + λ·p)/(w + λ).
func TestPriorAndWeight(t *testing.T) {
	s := ridge.New(1)
	s.Add([]ridge.Term{{Column: 0, Value: 1}}, 4, 3)
	x, err := s.Solve(func(int) float64 { return 1 }, []float64{8})
	if err != nil || math.Abs(x[0]-5) > 1e-12 {
		t.Errorf("%v, %v, want 5", x, err)
	}
}

func TestSingularAndEmpty(t *testing.T) {
	s := ridge.New(2)
	free := func(int) float64 { return 0 }
	if _, err := s.Solve(free, nil); err == nil {
		t.Error("no rows, no error")
	}
	s.Add([]ridge.Term{{Column: 0, Value: 1}, {Column: 1, Value: 1}}, 1, 1)
	if _, err := s.Solve(free, nil); err == nil {
		t.Error("two columns, one row, no error")
	}
}

// Many columns, so that the matrix grows; the true coefficients come back.
func TestGrowth(t *testing.T) {
	rng := random.Stream(1, "ridge")
	truth := make([]float64, 300)
	for c := range truth {
		truth[c] = rng.NormFloat64()
	}
	s := ridge.New(len(truth))
	for range 2 {
		s.Reset()
		for range 1500 {
			var row []ridge.Term
			for range 12 {
				row = append(row, ridge.Term{Column: rng.IntN(len(truth)), Value: rng.NormFloat64()})
			}
			s.Add(row, ridge.Dot(row, truth), 1)
		}
		x, err := s.Solve(func(int) float64 { return 1e-9 }, nil)
		if err != nil {
			t.Fatal(err)
		}
		for c := range x {
			if math.Abs(x[c]-truth[c]) > 1e-5 {
				t.Fatalf("column %d is %v, want %v", c, x[c], truth[c])
			}
		}
	}
}

func TestHuber(t *testing.T) {
	for _, c := range []struct{ e, want float64 }{{0, 1}, {-3, 1}, {6, .5}, {-30, .1}} {
		if w := ridge.Huber(c.e, 2, 1.5); w != c.want {
			t.Errorf("weight of %v is %v, want %v", c.e, w, c.want)
		}
	}
	if ridge.Huber(5, 0, 1.5) != 1 {
		t.Error("no spread, no weight")
	}
}
