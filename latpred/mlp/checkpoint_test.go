package mlp

import (
	"bytes"
	"encoding/gob"
	"math/rand/v2"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/sparse"
)

// someCheckpoint is the state of a small training, with Adam and a best epoch.
func someCheckpoint() (*checkpoint, Config) {
	config := Config{Layers: []int{3, 4, 1}, Epochs: 5, BatchSize: 2, Optimizer: Optimizer{Kind: Adam, LearningRate: 1e-3}, KeepBest: true}
	p := Init(rand.New(rand.NewPCG(1, 1)), config.Layers)
	c := &checkpoint{Format: checkpointFormat, Digest: "some", Best: 1, History: []Epoch{{Epoch: 1, ValRMSE: 2}, {Epoch: 2, ValRMSE: 3}}, BestP: p.flat(), Layers: config.Layers}
	for range 3 { // weights, mean, square
		c.State = append(c.State, p.Clone().flat()...)
	}
	c.State = append(c.State, []float32{4})
	return c, config
}

// old is how programs before the checksum wrote a checkpoint.
func old(t testing.TB, c *checkpoint) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// use takes a checkpoint as a training does, if it is one; it must not panic.
func use(content []byte, config Config) (taken bool) {
	c, err := parseCheckpoint(content)
	if err != nil || c.fits(config) != nil {
		return false
	}
	be := &backend.Backend{Kind: backend.Go, Threads: 1}
	train := Data{X: sparse.FromDense(3, []float32{1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1}), Y: make([]float32, 4)}
	t, err := begin(be, Job{Seed: 1, Start: Init(rand.New(rand.NewPCG(1, 1)), config.Layers), Train: train, Config: config}, c)
	if err != nil {
		return false
	}
	defer t.Close()
	r := &run{Training: t, job: Job{Config: config}, result: &Result{}}
	r.resume(c)
	_, err = t.Epoch()
	return err == nil
}

// Of a checkpoint with a checksum no change is taken; of an older one what is taken fits.
func TestDamagedCheckpoints(t *testing.T) {
	c, config := someCheckpoint()
	var now bytes.Buffer
	if err := writeCheckpoint(&now, c); err != nil {
		t.Fatal(err)
	}
	before := old(t, c)
	if !use(now.Bytes(), config) || !use(before, config) {
		t.Fatal("an undamaged checkpoint is not taken")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	mutations := 0
	for _, content := range [][]byte{now.Bytes(), before} {
		for at := range content {
			for range 8 {
				damaged := bytes.Clone(content)
				switch rng.IntN(4) {
				case 0:
					damaged = damaged[:at]
				case 1:
					damaged = append(damaged[:at], damaged[min(len(damaged), at+1+rng.IntN(8)):]...)
				default:
					damaged[at] ^= byte(1 + rng.IntN(255))
				}
				mutations++
				if taken := use(damaged, config); taken && &content[0] == &now.Bytes()[0] {
					t.Fatalf("byte %d: a damaged checkpoint is taken", at)
				}
			}
		}
	}
	if mutations < 10000 {
		t.Errorf("%d mutations", mutations)
	}
}

// What doesn't fit a training is refused by name.
func TestCheckpointsThatDoNotFit(t *testing.T) {
	for name, spoil := range map[string]func(*checkpoint){
		"history":    func(c *checkpoint) { c.History[1].Epoch = 7 },
		"best":       func(c *checkpoint) { c.Best = 3 },
		"negative":   func(c *checkpoint) { c.Best = -1 },
		"state":      func(c *checkpoint) { c.State = c.State[:4] },
		"steps":      func(c *checkpoint) { c.State[len(c.State)-1] = nil },
		"slot":       func(c *checkpoint) { c.State[5] = c.State[5][1:] },
		"best state": func(c *checkpoint) { c.BestP = c.BestP[:2] },
		"best shape": func(c *checkpoint) { c.BestP[0] = nil },
		"epochs":     func(c *checkpoint) { c.History = append(c.History, make([]Epoch, 4)...) },
	} {
		c, config := someCheckpoint()
		spoil(c)
		if err := c.fits(config); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
}

// FuzzCheckpoint: no content makes the reader panic.
func FuzzCheckpoint(f *testing.F) {
	c, config := someCheckpoint()
	var now bytes.Buffer
	if err := writeCheckpoint(&now, c); err != nil {
		f.Fatal(err)
	}
	f.Add(now.Bytes())
	f.Add(old(f, c))
	f.Add([]byte(checkpointMagic))
	f.Fuzz(func(t *testing.T, content []byte) { use(content, config) })
}
