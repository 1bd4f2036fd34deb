package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
)

type predictCmd struct {
	Model string `required:"" help:"Predictor that train wrote." type:"existingfile"`
	File  string `arg:"" help:"CSV file with a column arch, or one architecture a line; - for standard input."`
}

// streamed is how many rows are predicted at once; memory does not grow beyond.
const streamed = 4096

// Run prints one line for each row, in order: a CSV column latency_ms, or with
// --json an object a line.
func (c *predictCmd) Run(ctx context.Context, out *output) (err error) {
	p, err := latpred.Load(c.Model)
	if err != nil {
		return err
	}
	in, name := io.Reader(os.Stdin), "standard input"
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in, name = f, c.File
	}
	w := bufio.NewWriter(out.stdout)
	defer func() { err = errors.Join(err, w.Flush()) }()
	if !out.JSON() {
		fmt.Fprintln(w, "latency_ms")
	}
	rows := dataset.NewReader(in, name)
	archs := make([]space.Arch, 0, streamed)
	pred := make([]float64, streamed)
	flush := func(before int) error {
		if err := p.PredictMs(pred[:len(archs)], archs); err != nil {
			return fmt.Errorf("%s, rows %d to %d: %w", name, before+1, before+len(archs), err)
		}
		for _, ms := range pred[:len(archs)] {
			text := strconv.FormatFloat(ms, 'g', -1, 64)
			if out.JSON() {
				text = `{"latency_ms":` + text + `}`
			}
			if _, err := fmt.Fprintln(w, text); err != nil {
				return err
			}
		}
		archs = archs[:0]
		return nil
	}
	for n := 0; ; n++ {
		row, err := rows.Read()
		if err == io.EOF {
			return flush(n - len(archs))
		}
		if err != nil {
			return errors.Join(flush(n-len(archs)), err)
		}
		if archs = append(archs, row.Arch); len(archs) == streamed {
			if err := errors.Join(flush(n+1-streamed), ctx.Err()); err != nil {
				return err
			}
		}
	}
}

type evaluateCmd struct {
	Model string `required:"" help:"Predictor that train wrote." type:"existingfile"`
	Data  string `required:"" help:"Shipped set or CSV file with latencies."`
	Rows  string `enum:"all,test" default:"all" help:"all, or the last 15 % as in the paper's split."`
}

// evaluation is the result of evaluate --json.
type evaluation struct {
	Model      string             `json:"model"`
	Data       string             `json:"data"`
	Kind       string             `json:"kind"`
	Provenance latpred.Provenance `json:"provenance"`
	metric.Scores
}

// Run compares predictions with measurements.
func (c *evaluateCmd) Run(out *output) error {
	p, err := latpred.Load(c.Model)
	if err != nil {
		return err
	}
	set, err := dataset.Open(c.Data)
	if err != nil {
		return err
	}
	if c.Rows == "test" {
		set = set.Subset(set.SplitFileOrder().Test)
	}
	pred := make([]float64, len(set.Samples))
	if err := p.PredictMs(pred, set.Archs()); err != nil {
		return fmt.Errorf("%s: %w", set.Name, err)
	}
	scores := metric.Evaluate(pred, set.LatenciesMs())
	if from := p.Provenance(); from.Device != "" && set.Device != "" && from.Device != set.Device {
		out.Logf("note: the predictor is for %s, the measurements are of %s", from.Device, set.Device)
	}
	if out.JSON() {
		return out.Emit(evaluation{c.Model, set.Name, p.Kind(), p.Provenance(), scores})
	}
	out.Printf("%s on %d rows of %s:\n", c.Model, scores.N, set.Name)
	printScores(out, scores)
	return nil
}
