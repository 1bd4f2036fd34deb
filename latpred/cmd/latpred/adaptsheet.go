package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/hardware"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/space"
)

// sheetAdapted is the result of adapt --gpu --json.
type sheetAdapted struct {
	Out        string            `json:"out"`
	Space      string            `json:"space"`
	Batch      int               `json:"batch"`
	Rows       int               `json:"rows"`        // measurements of the GPU itself
	LowFactor  float64           `json:"low_factor"`  // of the 90 % interval: its lower end over the prediction
	HighFactor float64           `json:"high_factor"` // and its upper end
	Warnings   []latpred.Warning `json:"warnings"`
}

// enoughRows is the number of measurements from which adapting from other devices' tables
// learns more than the scale.
const enoughRows = 3

// fromSheet makes a predictor from a data sheet and the measurements that there are.
func (c *adaptCmd) fromSheet(ctx context.Context, out *output) error {
	if c.Plan != 0 || len(c.From) != 1 || c.From[0] != "auto" || c.Synchronised {
		return errors.New("--gpu takes every GPU that was measured as a source: it doesn't go with --from, --plan and --synchronised")
	}
	if c.Out == "" {
		return errors.New("adapt --gpu needs --out FILE, and takes --data FILE with one or more measurements")
	}
	if err := errors.Join(writable(c.Out), apart(c.Out, c.Data)); err != nil {
		return err
	}
	spec, err := readGPU(c.GPU)
	if err != nil {
		return err
	}
	var set *dataset.Set
	if c.Data != "" {
		if set, err = c.openSet(out, c.Data, c.Space); err != nil {
			return err
		}
	}
	if err := c.describe(&spec, set); err != nil {
		return err
	}
	p, warnings, err := catalog.GPU(ctx, spec)
	if err != nil {
		return err
	}
	if set != nil {
		warnings = nil // of the scale, which is measured now
		if p, warnings, err = p.Measured(set.Archs(), set.LatenciesMs(), latpred.Source{Data: set.Name, DataHash: set.Hash()}); err != nil {
			return fmt.Errorf("%s: %w", c.Data, err)
		}
	}
	if err := modelfile.Save(c.Out, p); err != nil {
		return err
	}
	logWarnings(out, warnings)
	return c.finishSheet(out, p, warnings)
}

// describe fills in the space and the batch size of a data sheet: from the flags, else from
// the measurements where they tell.
func (c *adaptCmd) describe(spec *hardware.Spec, set *dataset.Set) error {
	if set == nil {
		return ask(spec, c.Space, c.Batch)
	}
	if err := declareSpace(set, c.Space); err != nil {
		return err
	}
	s, err := set.Space()
	if err != nil {
		return err
	}
	id := set.SpaceID
	if id == "" && s.Family != space.OFA5 && s.Family != space.OFA6 { // OFA's architectures alone don't tell their widths
		id = s.ID
	}
	if c.Batch > 0 && set.Batch > 0 && c.Batch != set.Batch {
		return fmt.Errorf("--batch %d, but %s was measured at batch %d", c.Batch, c.Data, set.Batch)
	}
	return ask(spec, id, cmp.Or(c.Batch, set.Batch))
}

// ask changes the space and the batch size that a data sheet is to be read for; "" and 0 leave
// them as they are.
func ask(spec *hardware.Spec, spaceID string, batch int) error {
	if batch < 0 {
		return fmt.Errorf("--batch %d: want images in a pass", batch)
	}
	if spaceID != "" {
		if _, err := space.ByID(spaceID); err != nil {
			return fmt.Errorf("--space: %w", err)
		}
		spec.Space = spaceID
	}
	spec.Batch = cmp.Or(batch, spec.Batch)
	return nil
}

// finishSheet tells what is expected of the predictor.
func (c *adaptCmd) finishSheet(out *output, p *hardware.Predictor, warnings []latpred.Warning) error {
	a := []space.Arch{p.Space().Largest()}
	ms, low, high := make([]float64, 1), make([]float64, 1), make([]float64, 1)
	if err := errors.Join(p.PredictMs(ms, a), p.BoundsMs(low, high, a, .9)); err != nil {
		return err
	}
	spec := p.Spec()
	if out.JSON() {
		return out.Emit(sheetAdapted{c.Out, spec.Space, spec.Batch, p.Rows(), low[0] / ms[0], high[0] / ms[0], append([]latpred.Warning{}, warnings...)})
	}
	from := "its data sheet"
	if p.Rows() > 0 {
		from += fmt.Sprintf(" and %d measurements", p.Rows())
	}
	if p.Rows() == 1 {
		from = "its data sheet and 1 measurement"
	}
	out.Printf("%s: %s, %s at batch %d, from %s\n", c.Out, spec.Name, spec.Space, spec.Batch, from)
	out.Printf("90 %% of measurements are expected within -%.0f and +%.0f %% of the prediction\n", 100*(1-low[0]/ms[0]), math.Round(100*(high[0]/ms[0]-1)))
	switch {
	case p.Rows() == 0:
		out.Printf("a single measurement, by --data, settles most of that\n")
	case p.Rows() >= enoughRows:
		out.Printf("from %d measurements on, adapt without --gpu also learns what each choice takes: compare the two\n", enoughRows)
	}
	return nil
}

// maxSheet is the largest size of a data sheet, in bytes.
const maxSheet = 64 << 10

// readGPU reads a data sheet from a JSON file, or finds a shipped one by id.
func readGPU(nameOrFile string) (hardware.Spec, error) {
	content, err := bounded.ReadFile(nameOrFile, maxSheet)
	if errors.Is(err, os.ErrNotExist) {
		gpu, err := gpu.ByID(nameOrFile)
		if err != nil {
			return hardware.Spec{}, fmt.Errorf("%s is no file, and %w", nameOrFile, err)
		}
		return hardware.SpecOf(gpu), nil
	}
	if err != nil {
		return hardware.Spec{}, err
	}
	spec, err := hardware.ParseSpec(content)
	if err != nil {
		return spec, fmt.Errorf("%s: %w", nameOrFile, err)
	}
	return spec, nil
}
