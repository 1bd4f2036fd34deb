package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/archfile"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
)

type predictCmd struct {
	archColumn
	resolutionFlag
	Model    predictorName `xor:"what" required:"" help:"Predictor: the name of what ships, or a file." predictor:"name"`
	GPU      string        `xor:"what" required:"" name:"gpu" help:"GPU that was never measured: a JSON file of its data sheet, or the id of one that ships. With a measurement or two, adapt --gpu makes a better predictor."`
	Batch    int           `min:"0" max:"100000" help:"With --gpu, images in a pass (default: the data sheet's, or 64)."`
	Interval float64       `above:"0" below:"1" help:"Give bounds too, which hold the latency with this probability, such as 0.9. A level that the predictor's rows are too few to support is said on standard error, and \"unsupported\" in JSON; where there is no upper bound, +Inf, null in JSON."`
	Space    string        `placeholder:"ID" help:"Space, and so width, of the networks: with --gpu that to predict for (default: the data sheet's, or mbv3-w1.2), else an error if the predictor is known to be of another." predictor:"space"`
	Pass     bool          `help:"Predict the true pass, in place of what an unsynchronised clock shows of it."`
	File     string        `arg:"" help:"File of networks: a table with a column arch, one network a line, OFA's dictionaries as JSON or Python write them, or a net.config; or one network itself; - for standard input."`
}

// streamed is the number of rows that are predicted at once, which bounds the memory.
const streamed = 4096

// Run prints one line for each row, in order: CSV, or with --json an object a line.
func (c *predictCmd) Run(ctx context.Context, out *output) (err error) {
	p, err := c.predictor(ctx, out)
	if err != nil {
		return err
	}
	in, name, done, err := c.input()
	if err != nil {
		return err
	}
	defer done()
	w := bufio.NewWriter(out.stdout)
	defer func() { err = errors.Join(err, w.Flush()) }()
	s := &stream{p: p, name: name, level: c.Interval, pass: c.Pass, json: out.JSON(), w: w, warn: out.Logf, archs: make([]space.Arch, 0, streamed)}
	if c.Interval > 0 {
		doubts := latpred.Doubts(p, c.Interval)
		logWarnings(out, doubts)
		b, ok := p.(latpred.BackedIntervals)
		s.unsupported = ok && !b.Backing().Supports(c.Interval)
	}
	if err := checkSpace(out, c.Model, p, c.Space); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	rows := dataset.Options{ArchColumn: c.ArchColumn, Resolution: c.Resolution}.NewReader(in, name)
	logNotes(out, name, rows.Warnings())
	var widths *space.Space
	for {
		row, err := rows.Read()
		if err == io.EOF {
			if s.done+len(s.archs) == 0 {
				return fmt.Errorf("%s: no networks", name)
			}
			return s.flush()
		}
		if told := rows.Widths(); err == nil && told != widths {
			widths, err = told, predictable(out, p, row.Arch, told)
		}
		if err != nil {
			return errors.Join(s.rest(), withFlags(err))
		}
		if s.archs = append(s.archs, row.Arch); len(s.archs) == streamed {
			if err := errors.Join(s.flush(), ctx.Err()); err != nil {
				return err
			}
		}
	}
}

// input is the file of networks, standard input, or the argument itself where it is a
// network.
func (c *predictCmd) input() (in io.Reader, name string, done func(), err error) {
	done = func() {}
	if c.File == "-" {
		return os.Stdin, "standard input", done, nil
	}
	f, err := bounded.Open(c.File)
	switch {
	case err == nil:
		return f, c.File, func() { _ = f.Close() }, nil
	case archfile.Is([]byte(c.File)):
		return strings.NewReader(c.File), "argument", done, nil
	}
	return nil, "", done, err
}

// predictor loads what is named.
func (c *predictCmd) predictor(ctx context.Context, out *output) (latpred.Predictor, error) {
	if c.GPU == "" && c.Batch != 0 {
		return nil, errors.New("--batch goes with --gpu: a predictor knows its own")
	}
	if c.GPU == "" {
		return c.Model.load(ctx)
	}
	spec, err := readGPU(c.GPU)
	if err != nil {
		return nil, err
	}
	if err := ask(&spec, c.Space, c.Batch); err != nil {
		return nil, err
	}
	p, warnings, err := catalog.GPU(ctx, spec)
	logWarnings(out, warnings)
	return p, err
}

// stream predicts rows by the thousand.
type stream struct {
	p               latpred.Predictor
	name            string
	level           float64 // 0: no bounds
	unsupported     bool    // the level is above what the predictor's rows support
	pass, json      bool
	w               *bufio.Writer
	archs           []space.Arch
	done            int
	warned          bool // of predictions that are not above 0
	warn            func(format string, args ...any)
	pred, low, high []float64
}

// start checks what is asked for.
func (s *stream) start() error {
	if _, ok := s.p.(latpred.IntervalPredictor); s.level > 0 && !ok {
		return fmt.Errorf("a predictor of kind %s has no interval", s.p.Kind())
	}
	if _, ok := s.p.(latpred.PassTimer); s.pass && !ok {
		return fmt.Errorf("a predictor of kind %s can't tell the true pass from the label", s.p.Kind())
	}
	if s.pass && s.level > 0 {
		return errors.New("intervals are those of labels: --pass and --interval exclude each other")
	}
	s.pred, s.low, s.high = make([]float64, streamed), make([]float64, streamed), make([]float64, streamed)
	return nil
}

// rest is flush before an error: without rows there is no header.
func (s *stream) rest() error {
	if s.done+len(s.archs) == 0 {
		return nil
	}
	return s.flush()
}

// header is the first line of CSV.
func (s *stream) header() error {
	if s.json {
		return nil
	}
	header := "latency_ms"
	if s.level > 0 {
		header += ",low_ms,high_ms"
	}
	_, err := fmt.Fprintln(s.w, header)
	return err
}

// flush predicts and writes the rows gathered so far.
func (s *stream) flush() error {
	n := len(s.archs)
	predict := s.p.PredictMs
	if s.pass {
		predict = s.p.(latpred.PassTimer).PassMs
	}
	err := predict(s.pred[:n], s.archs)
	if err == nil {
		err = s.check(s.pred[:n])
	}
	if err == nil && s.level > 0 {
		err = s.p.(latpred.IntervalPredictor).BoundsMs(s.low[:n], s.high[:n], s.archs, s.level)
	}
	if err != nil {
		return fmt.Errorf("%s, rows %d to %d: %w", s.name, s.done+1, s.done+n, err)
	}
	if s.done == 0 {
		if err := s.header(); err != nil {
			return err
		}
	}
	for i, ms := range s.pred[:n] {
		if err := s.line(i, ms); err != nil {
			return err
		}
	}
	s.done += n
	s.archs = s.archs[:0]
	return nil
}

// check errs, with the row, if a prediction of the rows gathered so far is NaN or infinite. It
// warns once of those that are not above 0, as badly trained networks give.
func (s *stream) check(ms []float64) error {
	err := latpred.CheckMs(ms, s.archs)
	var not *latpred.NotLatencyError
	if !errors.As(err, &not) {
		return err
	}
	not.Index += s.done + 1
	if slices.ContainsFunc(ms, func(ms float64) bool { return ms-ms != 0 }) {
		return err
	}
	if !s.warned {
		s.warned = true
		s.warn("warning: not above 0: %v", err)
	}
	return nil
}

func (s *stream) line(i int, ms float64) error {
	number := func(v float64) string {
		if s.json && math.IsInf(v, 0) {
			return "null" // JSON has no infinity
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	var text string
	switch {
	case s.json && s.level > 0:
		text = `{"latency_ms":` + number(ms) + `,"low_ms":` + number(s.low[i]) + `,"high_ms":` + number(s.high[i])
		if s.unsupported {
			text += `,"unsupported":true`
		}
		text += `}`
	case s.json:
		text = `{"latency_ms":` + number(ms) + `}`
	case s.level > 0:
		text = number(ms) + "," + number(s.low[i]) + "," + number(s.high[i])
	default:
		text = number(ms)
	}
	_, err := fmt.Fprintln(s.w, text)
	return err
}
