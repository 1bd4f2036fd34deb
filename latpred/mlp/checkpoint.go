package mlp

import (
	"crypto/sha256"
	"encoding/binary"
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

// maxCheckpoint is the largest size of a checkpoint file in bytes.
const maxCheckpoint = 1 << 30

// loadCheckpoint reads the file that config names; nil if there is none. It errs on a
// checkpoint whose digest is not id, and on one that does not fit config.
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
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("checkpoint %s is not a regular file", config.Checkpoint)
	}
	content, err := io.ReadAll(io.LimitReader(f, maxCheckpoint))
	if err != nil {
		return nil, err
	}
	c, err := parseCheckpoint(content)
	switch {
	case err != nil:
		err = fmt.Errorf("can't be read (%w)", err)
	case c.Digest != id:
		err = errors.New("is of another training (recipe, seed or data differ)")
	default:
		err = c.fits(config)
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoint %s %w: remove it to start over", config.Checkpoint, err)
	}
	return c, nil
}

// fits errs unless c is the state of a training as config says: older files have no
// checksum, and the digest is of the training alone. It sets best.
func (c *checkpoint) fits(config Config) error {
	damaged := func(what string) error { return fmt.Errorf("is damaged: %s", what) }
	if n := len(c.History); n > config.Epochs {
		return fmt.Errorf("has %d epochs, more than the %d that are asked for", n, config.Epochs)
	}
	for i, row := range c.History {
		if row.Epoch != i+1 {
			return damaged(fmt.Sprintf("epoch %d is number %d", row.Epoch, i+1))
		}
	}
	if c.Best < 0 || c.Best > len(c.History) {
		return damaged(fmt.Sprintf("the best of %d epochs is number %d", len(c.History), c.Best))
	}
	n, parts := 2*(len(config.Layers)-1), 1+recipe{kind: config.Optimizer.Kind}.slots()
	want := n * parts
	if config.Optimizer.Kind == Adam {
		want++
	}
	if len(c.State) != want || want > n*parts && len(c.State[want-1]) != 1 {
		return damaged(fmt.Sprintf("%d arrays of state, want %d", len(c.State), want))
	}
	for i := range parts {
		if err := fromFlat(config.Layers, c.State[i*n:(i+1)*n]).Validate(); err != nil {
			return damaged(err.Error())
		}
	}
	if c.BestP == nil {
		return nil
	}
	if len(c.BestP) != n {
		return damaged(fmt.Sprintf("%d arrays of the best epoch, want %d", len(c.BestP), n))
	}
	c.best = fromFlat(config.Layers, c.BestP)
	if err := c.best.Validate(); err != nil {
		return damaged(err.Error())
	}
	return nil
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
	c := &checkpoint{
		Format: checkpointFormat, Digest: id, History: result.History, Best: result.Best, Layers: config.Layers,
	}
	if config.KeepBest && result.Params != nil {
		c.BestP = result.Params.flat()
	}
	var err error
	if c.State, err = t.state(); err != nil {
		return err
	}
	err = atomicfile.Write(config.Checkpoint, func(w io.Writer) error { return writeCheckpoint(w, c) })
	if err != nil {
		return fmt.Errorf("the training can't be saved, what was saved before is kept: %w", err)
	}
	return nil
}

// RemoveCheckpoint removes the file Checkpoint, where there is one. It is called when the
// result of a training is stored.
func (c Config) RemoveCheckpoint() error {
	if c.Checkpoint == "" {
		return nil
	}
	if err := os.Remove(c.Checkpoint); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
