package mlp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/sparse"
)

// made gives rows of which two thirds of the inputs are 0, and targets that depend
// on them.
func made(seed uint64, rows, width int) Data {
	rng := rand.New(rand.NewPCG(seed, 1))
	d := Data{X: sparse.Rows{Cols: width}}
	for range rows {
		var sum float32
		for i := range width {
			if rng.Float64() < 1./3 {
				d.X.Columns = append(d.X.Columns, i)
				sum += float32(i)
			}
		}
		d.X.End()
		d.Y = append(d.Y, sum/float32(width))
	}
	return d
}

func recipes() []Config {
	var list []Config
	for _, layers := range [][]int{{20, 40, 33, 1}, {50, 400, 1}, {7, 1}} {
		for _, o := range []Optimizer{{SGD, 1e-2, 0.9, 1e-3}, {Adam, 1e-3, 0, 1e-3}} {
			list = append(list, Config{Layers: layers, Epochs: 1, BatchSize: 32, Optimizer: o})
		}
	}
	return list
}

// drawn are recipes of random shapes: layers, widths and batches.
func drawn(n int) []Config {
	var list []Config
	rng := rand.New(rand.NewPCG(7, 7))
	for i := range n {
		layers := []int{1 + rng.IntN(90)}
		for range 1 + rng.IntN(4) {
			layers = append(layers, 1+rng.IntN(130))
		}
		o := []Optimizer{{SGD, 1e-3, 0.9, 1e-3}, {Adam, 1e-3, 0, 1e-3}}[i%2]
		list = append(list, Config{Layers: append(layers, 1), Epochs: 1, BatchSize: 1 + rng.IntN(64), Optimizer: o})
	}
	return list
}

// Three epochs by package loops and by the graphs of this package, on GoMLX's Go backend and on
// XLA, agree to float32 rounding. The last batch is not full.
func TestHostIsTheGraph(t *testing.T) {
	for kind, recipes := range map[string][]Config{backend.Go: append(recipes(), drawn(10)...), backend.CPU: drawn(3)} { // XLA compiles each
		t.Run(kind, func(t *testing.T) {
			be, err := backend.Open(t.Context(), backend.Options{Kind: kind})
			if err != nil {
				t.Skipf("needs a PJRT plugin: %v", err)
			}
			testHostIsTheGraph(t, be, recipes)
		})
	}
}

func testHostIsTheGraph(t *testing.T, be *backend.Backend, recipes []Config) {
	for _, c := range recipes {
		train, validation := made(1, 100, c.Layers[0]), made(2, 50, c.Layers[0])
		start := Init(random.Stream(1, "init"), c.Layers).flat()
		graphs, err := newDevice(be, start, train, validation, c)
		if err != nil {
			t.Fatal(err)
		}
		defer graphs.close()
		var results [2][]float64
		for i, e := range []engine{graphs, newHost(2, start, train, validation, c)} {
			for epoch := range 3 {
				order := random.Stream(1, fmt.Sprint(epoch)).Perm(train.Rows())
				sum, last, err := e.epoch(order)
				if err != nil {
					t.Fatal(err)
				}
				rmse, mae, valLast, err := e.errors()
				if err != nil {
					t.Fatal(err)
				}
				results[i] = append(results[i], sum, last, rmse, mae, valLast)
			}
			state, err := e.state()
			if err != nil {
				t.Fatal(err)
			}
			for _, values := range state {
				for _, v := range values {
					results[i] = append(results[i], float64(v))
				}
			}
		}
		for k, want := range results[0] {
			if got := results[1][k]; math.Abs(got-want) > 2e-4*math.Max(0.05, math.Abs(want)) {
				t.Fatalf("%v %s: value %d is %v, by the graph %v", c.Layers, c.Optimizer.Kind, k, got, want)
			}
		}
	}
}

// The number of threads doesn't change a bit, nor does going on from a checkpoint.
func TestHostDoesNotDependOnThreads(t *testing.T) {
	for _, c := range recipes() {
		c.Layers = append([]int{c.Layers[0], 2000}, c.Layers[1:]...) // worth several threads
		c.BatchSize = 6                                              // more steps than a run has
		train := made(1, 200, c.Layers[0])
		start := Init(random.Stream(1, "init"), c.Layers).flat()
		order := random.Stream(1, "order").Perm(train.Rows())
		var states [3][][]float32
		for i, threads := range []int{1, 2, 3} {
			e := newHost(threads, start, train, Data{}, c)
			for epoch := range 2 {
				if _, _, err := e.epoch(order); err != nil {
					t.Fatal(err)
				}
				if epoch == 0 && i == 2 { // goes on as another
					state, err := e.state()
					if err != nil {
						t.Fatal(err)
					}
					e = newHost(threads, state, train, Data{}, c)
				}
			}
			states[i], _ = e.state()
		}
		for i := range states[0] {
			for k, want := range states[0][i] {
				if states[1][i][k] != want || states[2][i][k] != want {
					t.Fatalf("%v %s: %v, %v, %v with one, two and three threads", c.Layers, c.Optimizer.Kind, want, states[1][i][k], states[2][i][k])
				}
			}
		}
	}
}

// A checkpoint that a program of old wrote, which learnt from dense rows, is of the
// same training. Source: digest of commit 2319697 for these arguments.
func TestDigestOfOldCheckpoints(t *testing.T) {
	c := recipes()[0]
	c.Checkpoint = "any"
	job := Job{Seed: 7, Start: Init(random.Stream(1, "init"), c.Layers), Train: made(1, 10, 20), Validation: made(2, 5, 20), Config: c}
	if got, want := job.digest(), "268307800852d719d949eb0d99155670fd51d5d9b5e55c9fb1cff1c8dad1d3bd"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAutotuner(t *testing.T) {
	a := autotuner{threads: 2}
	alone, together := 0, 0
	for run := range 10 * retryAfter {
		crowded := run >= 5*retryAfter // from then on other programs run
		switch n := a.next(); {
		case n == 1:
			alone++
			a.record(6)
		case crowded:
			together++
			a.record(30)
		case together%10 == 9: // something short came between
			together++
			a.record(60)
		default:
			together++
			a.record(4)
		}
		if run == 5*retryAfter-1 && (alone > 7 || alone < 3) {
			t.Errorf("quiet: %d of %d runs by one thread", alone, run+1)
		}
	}
	if alone < 4*retryAfter {
		t.Errorf("crowded: %d runs by one thread, %d by two", alone, together)
	}
	single := autotuner{threads: 1}
	for range 2 {
		if n := single.next(); n != 1 {
			t.Errorf("one thread became %d", n)
		}
		single.record(1)
	}
}
