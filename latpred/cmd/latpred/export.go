package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/export"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

type exportCmd struct {
	Model  predictorName `required:"" help:"Predictor to write: the name of what ships, or a file." predictor:"name"`
	Format string        `enum:"onnx" default:"onnx" help:"onnx."`
	Out    string        `required:"" help:"File to write." type:"path"`
}

// Run writes a predictor for other runtimes.
func (c *exportCmd) Run(ctx context.Context, out *output) error {
	if err := errors.Join(writable(c.Out), apart(c.Out, string(c.Model))); err != nil {
		return err
	}
	p, err := c.Model.load(ctx)
	if err != nil {
		return err
	}
	if err := atomicfile.Write(c.Out, func(w io.Writer) error { return export.WriteONNX(w, p) }); err != nil {
		return err
	}
	return exported(out, c.Out, c.Format)
}

// exportedFile is the result of export --json and of other commands that write a file or a folder
// for other programs.
type exportedFile struct {
	Format string `json:"format"`
	Out    string `json:"out"`
}

func exported(out *output, file, format string) error {
	if out.JSON() {
		return out.Emit(exportedFile{format, file})
	}
	out.Printf("%s\n", file)
	return nil
}

type measureExportCmd struct {
	archArgument
	Format      string `enum:"onnx,tflite,stablehlo,json" default:"onnx" help:"onnx: convolutions, made-up weights inside; tflite: the same for LiteRT and TensorFlow Lite; stablehlo: the program that is timed here, weights as its arguments; json: layers with their shapes, no weights."`
	Space       string `default:"mbv3-w1.0" help:"Search space." predictor:"space"`
	Batch       int    `default:"1" min:"1" max:"65536" help:"Images at once."`
	Formulation string `enum:"dot,conv," default:"" help:"Of stablehlo: dot or conv."`
	Out         string `required:"" help:"File to write." type:"path"`
}

// Run writes a network for other programs.
func (c *measureExportCmd) Run(ctx context.Context, out *output) error {
	if err := writable(c.Out); err != nil {
		return err
	}
	s, err := space.ByID(c.Space)
	if err != nil {
		return err
	}
	a, err := c.in(s)
	if err != nil {
		return err
	}
	if c.Batch < 1 {
		return fmt.Errorf("--batch %d: want at least 1", c.Batch)
	}
	write := func(w io.Writer) error { return measure.WriteONNX(w, s, a, c.Batch) }
	switch c.Format {
	case "tflite":
		write = func(w io.Writer) error { return measure.WriteTFLite(w, s, a, c.Batch) }
	case "json":
		write = func(w io.Writer) error { return measure.WriteJSON(w, s, a, c.Batch) }
	case "stablehlo":
		be, err := backendFlags{Threads: 1}.open(ctx, out, false)
		if err != nil {
			return err
		}
		r, err := measure.NewRunner(be, measure.Options{Batch: c.Batch, Formulation: measure.Formulation(c.Formulation)})
		if err != nil {
			return err
		}
		defer r.Close()
		program, err := r.StableHLO(s, a)
		if err != nil {
			return err
		}
		write = func(w io.Writer) error { _, err := io.WriteString(w, program); return err }
	}
	if err := atomicfile.Write(c.Out, write); err != nil {
		return err
	}
	return exported(out, c.Out, c.Format)
}
