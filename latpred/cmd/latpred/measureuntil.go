package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/design"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
	"github.com/ofalat/ofalat/latpred/worker"
)

// untilFlags let the expected error decide how many networks are measured.
type untilFlags struct {
	Until percent  `placeholder:"PERCENT" above:"0" max:"100" help:"Measure the networks that tell most, and stop when predictions of all others have an expected error below so many percent, e.g. 2%; --n is then the most to measure."`
	Like  []string `default:"auto" help:"With --until, devices that this one may be like, as --from of latpred adapt."`
}

// percent is a number of percent, with or without the sign.
type percent float64

// UnmarshalText reads 2 or 2%.
func (p *percent) UnmarshalText(text []byte) error {
	v, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(string(text), "%")), 64)
	if err != nil {
		return fmt.Errorf("%q: want a number of percent, such as 2%%", text)
	}
	*p = percent(v)
	return nil
}

// networks are those to measure and the seed that they were drawn with; with --until in the
// order of what they tell, with the sources that say so.
func (c *measureNetsCmd) networks(ctx context.Context, s *space.Space) (archs []space.Arch, seed uint64, sources []*transfer.Source, err error) {
	if c.Until == 0 {
		archs, seed, err = c.archs(s)
		return archs, seed, nil, err
	}
	if c.Shard.Of > 0 {
		return nil, 0, nil, errors.New("--until looks at what one journal has: leave --shard out")
	}
	if sources, err = catalog.Sources(ctx, s, c.Like); err != nil {
		return nil, 0, nil, fmt.Errorf("--like: %w", err)
	}
	if c.Archs == "" {
		archs, err = design.Networks(sources, s, c.Seed, c.N)
		return archs, c.Seed, sources, err
	}
	if archs, _, err = c.archs(s); err == nil {
		archs, err = design.Order(sources, s, archs)
	}
	return archs[:min(c.N, len(archs))], 0, sources, err
}

// measureUntil does a job, with --until in batches until they are enough or all is measured.
// verdict is nil if nothing was judged.
func (c *measureNetsCmd) measureUntil(ctx context.Context, out *output, job worker.Job, sources []*transfer.Source, observe func(measure.Progress)) (j *measure.Journal, verdict *design.Verdict, err error) {
	if c.Until == 0 {
		j, err = c.measure(ctx, out, job, observe)
		return j, nil, err
	}
	began, limit := time.Now(), c.Limit
	defer func() { c.Limit = limit }()
	campaign := design.Campaign{Sources: sources, Most: len(job.Archs), Goal: float64(c.Until)}
	campaign.Measure = func(ctx context.Context, n int) (*dataset.Set, error) {
		if limit > 0 {
			if c.Limit = limit - time.Since(began); c.Limit <= 0 {
				return nil, measure.ErrLimit
			}
		}
		batch := job
		batch.Archs = job.Archs[:n]
		if j = measuredAll(batch); j == nil {
			var err error
			if j, err = c.measure(ctx, out, batch, observe); err != nil {
				return nil, err
			}
		}
		normalise, err := c.normaliser(j.Header.Device)
		if err != nil {
			return nil, err
		}
		return normalise(j).Set()
	}
	campaign.Observe = func(v design.Verdict) { verdict = &v; out.Logf("%s", inWords(v)) }
	_, err = campaign.Run(ctx)
	return j, verdict, err
}

// measuredAll is the journal of a job if it has all of its networks that can be measured, else
// nil.
func measuredAll(job worker.Job) *measure.Journal {
	j, err := measure.ReadJournalFile(job.Journal)
	if err != nil {
		return nil
	}
	have := map[string]bool{}
	for _, r := range j.Results() {
		have[r.Key] = true
	}
	for _, f := range j.LeftOut() {
		have[f.Unit] = true
	}
	for _, a := range job.Archs {
		if !have[a.String()] {
			return nil
		}
	}
	return j
}

// inWords is a verdict for people.
func inWords(v design.Verdict) string {
	text := fmt.Sprintf("%d networks: expected error %.2f %%, with its uncertainty %.2f %%, wanted %.3g %%", v.Rows, v.Percent, v.Upper, v.Goal)
	switch {
	case v.MoreRows > 0 && v.GoalRows > 0:
		text += fmt.Sprintf("; about %d more would be enough", v.GoalRows)
	case v.MoreRows > 0:
		text += fmt.Sprintf("; about %d more would bring it to %.2f %%", v.MoreRows, v.MorePercent)
	}
	return text
}
