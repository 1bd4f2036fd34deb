package mlp

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/ofalat/ofalat/latpred/atomicfile"
)

// checkpoint is the state of a training between two epochs.
type checkpoint struct {
	Format  int    // of this file
	Digest  string // of everything that the training depends on, see Job.digest
	History []Epoch
	Best    int
	State   [][]float32 // as engine.state returns it
	BestP   [][]float32 // weights and biases of the best epoch; nil unless Config.KeepBest
	Layers  []int

	best *Params
}

const checkpointFormat = 1

// saveInterval is the time between saves.
func (c Config) saveInterval() time.Duration {
	if c.CheckpointEvery > 0 {
		return c.CheckpointEvery
	}
	return 10 * time.Second
}

// digest identifies a training that has a checkpoint by its recipe, seed, initial weights
// and data, but not by its number of epochs; "" without a checkpoint. Start must not be
// nil.
func (j Job) digest() string {
	c := j.Config
	if c.Checkpoint == "" {
		return ""
	}
	h := sha256.New()
	fmt.Fprintln(h, c.Layers, c.BatchSize, c.Optimizer, c.Patience, c.KeepBest, j.Seed)
	write := func(values []float32) {
		if err := binary.Write(h, binary.LittleEndian, values); err != nil {
			panic("mlp: " + err.Error()) // a hash does not fail
		}
	}
	for _, values := range j.Start.flat() {
		write(values)
	}
	row := make([]float32, c.Layers[0])
	for _, d := range []Data{j.Train, j.Validation} {
		for i := range d.Rows() { // inputs as dense rows, as in older checkpoints
			d.copyRow(row, i)
			write(row)
		}
		write(d.Y)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// loadCheckpoint reads the file that config names; nil if there is none. It errs on a
// checkpoint whose digest is not id.
func loadCheckpoint(id string, config Config) (*checkpoint, error) {
	if config.Checkpoint == "" {
		return nil, nil
	}
	f, err := os.Open(config.Checkpoint)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var c checkpoint
	advice := "remove it to start over"
	if err := gob.NewDecoder(io.LimitReader(f, 1<<30)).Decode(&c); err != nil || c.Format != checkpointFormat {
		return nil, fmt.Errorf("checkpoint %s can't be read, %s: %w", config.Checkpoint, advice, err)
	}
	if c.Digest != id {
		return nil, fmt.Errorf("checkpoint %s is of another training (recipe, seed or data differ): %s", config.Checkpoint, advice)
	}
	if c.BestP != nil {
		c.best = fromFlat(config.Layers, c.BestP)
		if err := c.best.Validate(); err != nil {
			return nil, fmt.Errorf("checkpoint %s is damaged, %s: %w", config.Checkpoint, advice, err)
		}
	}
	return &c, nil
}

func fromFlat(layers []int, values [][]float32) *Params {
	p := &Params{Layers: append([]int{}, layers...)}
	for i := 0; i+1 < len(values); i += 2 {
		p.Weights, p.Biases = append(p.Weights, values[i]), append(p.Biases, values[i+1])
	}
	return p
}

// save writes the state after the epochs of result, atomically.
func (t *Training) save(id string, config Config, result *Result) error {
	c := checkpoint{
		Format: checkpointFormat, Digest: id, History: result.History, Best: result.Best, Layers: config.Layers,
	}
	if config.KeepBest && result.Params != nil {
		c.BestP = result.Params.flat()
	}
	var err error
	if c.State, err = t.state(); err != nil {
		return err
	}
	err = atomicfile.Write(config.Checkpoint, func(w io.Writer) error { return gob.NewEncoder(w).Encode(c) })
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

func removeCheckpoint(config Config) error {
	if err := os.Remove(config.Checkpoint); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
