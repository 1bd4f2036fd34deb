package main

import (
	"context"
	"time"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/modelfile"
)

// trainedTable is the result of train --kind table|hybrid --json.
type trainedTable struct {
	Out        string             `json:"out"`
	Kind       string             `json:"kind"`
	Seconds    float64            `json:"seconds"`
	Provenance latpred.Provenance `json:"provenance"`
	*additive.Report
	Judged *judged       `json:"judged"`
	Test   metric.Scores `json:"test"`
}

// table trains a table or a hybrid and judges it on the test rows; doubts are those about
// the labels.
func (c *trainCmd) table(ctx context.Context, out *output, set *dataset.Set, split dataset.Split, doubts []latpred.Warning) error {
	start := time.Now()
	p, result, err := additive.Train(ctx, set, split, additive.Config{Hybrid: c.Kind == latpred.KindHybrid, Seed: c.Seed})
	if err != nil {
		return err
	}
	if err := modelfile.Save(c.Out, p); err != nil {
		return err
	}
	seconds := time.Since(start).Seconds()
	j, scores, err := judgeTest(p, set, split.Test)
	if err != nil {
		return err
	}
	r := trainedTable{c.Out, p.Kind(), seconds, p.Provenance().WithoutUses(), result, j, scores}
	logWarnings(out, result.Warnings)
	result.Warnings = append(doubts, result.Warnings...)
	if p.Kind() != c.Kind {
		out.Logf("note: a learned correction did not help on the validation rows: the predictor is a table")
	}
	if out.JSON() {
		return out.Emit(r)
	}
	recipe := p.Provenance().Recipe
	out.Printf("%s: %s of basis %s, launch queue of %s, %s host states, in %.1f s; on %s:\n",
		c.Out, r.Kind, recipe["basis"], recipe["queue_depth"], recipe["host_states"], r.Seconds, r.Judged)
	printScores(out, r.Test)
	return nil
}

// logWarnings prints warnings to stderr; under --json they are part of the result
// too.
func logWarnings(out *output, warnings []latpred.Warning) {
	for _, w := range warnings {
		out.Logf("warning: %s", w)
	}
}
