package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/worker"
)

type measureTableCmd struct {
	deviceFlags
	shardFlag
	Resolutions []int  `min:"1" max:"4096" help:"Resolutions, one file each (default: those that searches of the space draw)."`
	Out         string `required:"" help:"Folder for OFA's files, 160_lookup_table.yaml and so on, and their journals." type:"path"`
}

// measuredTable is a resolution in the result of measure table --json.
type measuredTable struct {
	Resolution int           `json:"resolution"`
	File       string        `json:"file"` // the table; of a shard, the journal
	Layers     int           `json:"layers"`
	Seconds    float64       `json:"seconds"`
	Device     string        `json:"device"`
	Shard      string        `json:"shard,omitempty"` // which part, such as 2/8
	Noise      measure.Noise `json:"noise"`
}

// Run measures a table for each resolution, and writes those that are complete.
func (c *measureTableCmd) Run(ctx context.Context, out *output) error {
	if c.Normalise == measure.OwnAnchors {
		return errors.New("--normalise own: a resolution is measured in one go and has nothing to compare itself with; name the journal of this device's networks")
	}
	if c.Normalise != "" && c.Shard.Of > 0 {
		return errors.New("--normalise: of a shard there is no table yet; data merge makes it, on the speed of all shards")
	}
	if err := errors.Join(c.anchored(), c.joinable(&c.deviceFlags)); err != nil {
		return err
	}
	s, err := space.ByID(c.Space)
	if err != nil {
		return err
	}
	if c.Resolutions == nil {
		c.Resolutions = s.Resolutions
	}
	if err := folder(c.Out); err != nil {
		return err
	}
	var jobs []worker.Job
	for _, r := range c.Resolutions {
		if !s.Allowed.Contains(r) {
			return fmt.Errorf("--resolutions: %d: want %v", r, s.Allowed)
		}
		jobs = append(jobs, worker.Job{Resolution: r, Shard: c.Shard.Shard, Journal: c.journal(r)})
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil { // journals come first
		return err
	}
	watch := &tableWatch{out: out, space: s, jobs: jobs, count: c.layers, began: time.Now()}
	_, stopped := c.supervise(ctx, out, watch.observe, jobs...)
	watch.end()
	if stopped != nil && !kept(stopped) {
		return stopped
	}
	return c.write(out, watch, stopped)
}

// journal is the file of a resolution.
func (c *measureTableCmd) journal(resolution int) string {
	return filepath.Join(c.Out, fmt.Sprintf("%d.journal", resolution))
}

// write writes the tables that are complete, and says what the first that is not lacks.
func (c *measureTableCmd) write(out *output, watch *tableWatch, stopped error) error {
	var list []measuredTable
	for i, job := range watch.jobs {
		layers := c.layers(watch.space, job.Resolution)
		j, err := measure.ReadJournalFile(job.Journal)
		n := 0
		if err == nil {
			n = len(j.Results())
			logLeftOut(out, j)
		}
		if n < layers {
			missing := fmt.Errorf("resolution %d: %d of %d layers are measured; the same command goes on from there", job.Resolution, n, layers)
			if stopped == nil {
				return missing
			}
			return fmt.Errorf("%w; %w", stopped, missing)
		}
		t, err := c.table(j, job.Resolution)
		if err != nil {
			return err
		}
		t.Seconds = watch.seconds(i)
		out.Printf("%s: %d layers on %s in %.1f s\n", t.File, t.Layers, t.Device, t.Seconds)
		list = append(list, t)
	}
	if out.JSON() {
		return out.Emit(list)
	}
	return nil
}

// layers is the number of layers to measure at a resolution.
func (c *measureTableCmd) layers(s *space.Space, resolution int) int {
	n := len(lut.Layers(s, resolution))
	return c.Shard.Count(n, cmp.Or(c.Group, c.Shard.LayerGroup(n)))
}

// table writes the table of a journal. Of a shard there is only the journal.
func (c *measureTableCmd) table(j *measure.Journal, resolution int) (t measuredTable, err error) {
	if c.Shard.Of > 0 {
		return measuredTable{resolution, c.journal(resolution), len(j.Results()), 0, j.Header.Device, c.Shard.String(), j.Noise()}, nil
	}
	normalise, err := c.normaliser(j.Header.Device)
	if err != nil {
		return t, err
	}
	file := filepath.Join(c.Out, lut.FileName(resolution))
	labels := normalise(j)
	rows := labels.Rows()
	if err := atomicfile.Write(file, func(w io.Writer) error { return lut.WriteYAML(w, rows) }); err != nil {
		return t, err
	}
	return measuredTable{resolution, file, len(rows), 0, labels.Header.Device, "", j.Noise()}, nil
}

// tableWatch shows the progress of one resolution after the other and notes how long each
// took.
type tableWatch struct {
	out   *output
	space *space.Space
	jobs  []worker.Job
	count func(*space.Space, int) int // layers to measure at a resolution
	began time.Time

	starts []time.Time // of the jobs so far
	ended  time.Time
	show   func(measure.Progress)
	hide   func()
}

func (w *tableWatch) observe(job int, p measure.Progress) {
	for len(w.starts) <= job {
		w.close()
		w.starts = append(w.starts, time.Now())
	}
	if w.hide == nil {
		r := w.jobs[job].Resolution
		w.show, w.hide = measuring(w.out, fmt.Sprintf("layers at %d", r), w.count(w.space, r))
	}
	w.show(p)
}

func (w *tableWatch) close() {
	if w.hide != nil {
		w.hide()
		w.hide = nil
	}
}

func (w *tableWatch) end() {
	w.close()
	w.ended = time.Now()
}

// seconds is how long a job took: the first with the start of the process, one that was
// measured before 0.
func (w *tableWatch) seconds(job int) float64 {
	if job >= len(w.starts) {
		return 0
	}
	from, to := w.starts[job], w.ended
	if job == 0 {
		from = w.began
	}
	if job+1 < len(w.starts) {
		to = w.starts[job+1]
	}
	return to.Sub(from).Seconds()
}
