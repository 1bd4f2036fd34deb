package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/experiment"
)

// checked is what a check came to, for --json.
type checked struct {
	Profile experiment.Profile         `json:"profile"`
	Counts  map[experiment.Finding]int `json:"counts"` // of all values, by finding
	Values  []experiment.Comparison    `json:"values"` // those that aren't the same as recorded
	Classes map[experiment.Class]int   `json:"claims"` // of the paper's claims, by class
	Claims  []experiment.Verdict       `json:"differing_claims"`
	Results []*experiment.Result       `json:"results"`
}

// check runs the items, compares each value with the record of the profile, and the
// paper's claims with the record of Full, in which results of Full take the place of older
// ones. It errs if something changed. Of an item that was interrupted, what is missing is
// not held against it.
func (c *reproduceCmd) check(ctx context.Context, out *output, profile experiment.Profile) error {
	recorded, err := experiment.RecordedOf(profile)
	if err != nil {
		return err
	}
	full, err := experiment.Recorded()
	if err != nil {
		return err
	}
	found := checked{Profile: profile, Counts: map[experiment.Finding]int{}, Values: []experiment.Comparison{}, Classes: map[experiment.Class]int{}}
	results, runErr := c.run(ctx, out, profile, func(*experiment.Result) error { return nil })
	if len(results) == 0 && runErr != nil {
		return runErr
	}
	for i, result := range results {
		interrupted := runErr != nil && i == len(results)-1
		found.add(compared(recorded, result), interrupted)
	}
	found.Results = results
	if profile == experiment.Full && runErr == nil {
		full = experiment.Merge(full, results)
	}
	verdicts := experiment.Judge(full)
	for _, v := range verdicts {
		found.Classes[v.Found]++
	}
	found.Claims = experiment.Differing(verdicts)
	if out.JSON() {
		err = out.Emit(found)
	} else {
		found.print(out)
	}
	return errors.Join(runErr, err, found.err())
}

// compared compares a result with that of its item in the record; without one all is new.
func compared(recorded []*experiment.Result, now *experiment.Result) []experiment.Comparison {
	at := slices.IndexFunc(recorded, func(r *experiment.Result) bool { return r.Item == now.Item })
	if at < 0 {
		return experiment.Compare(&experiment.Result{Item: now.Item, Profile: now.Profile, Reduced: now.Reduced}, now)
	}
	return experiment.Compare(recorded[at], now)
}

// add counts comparisons and keeps those that are not the same.
func (c *checked) add(all []experiment.Comparison, interrupted bool) {
	for _, v := range all {
		if interrupted && v.Found == experiment.Gone {
			continue
		}
		c.Counts[v.Found]++
		if v.Found != experiment.Same {
			c.Values = append(c.Values, v)
		}
	}
}

// print prints the counts, every value that changed and every claim that is not what the
// file says.
func (c *checked) print(out *output) {
	var counts [][]string
	for _, f := range experiment.Findings() {
		counts = append(counts, []string{string(f), fmt.Sprint(c.Counts[f])})
	}
	out.Table([]string{"values beside the record", "number"}, counts)
	var rows [][]string
	for _, v := range c.Values {
		if !v.OK() || v.Found == experiment.Apart {
			rows = append(rows, []string{string(v.Found), v.Item, v.Quantity, v.Unit, v.Column, v.Recorded.String(), v.Now.String()})
		}
	}
	if len(rows) > 0 {
		out.Printf("\n")
		out.Table([]string{"", "item", "quantity", "unit", "column", "recorded", "now"}, rows)
	}
	var classes [][]string
	for _, class := range []experiment.Class{experiment.Reproduced, experiment.Explained, experiment.Contradicted, experiment.Untestable} {
		classes = append(classes, []string{string(class), fmt.Sprint(c.Classes[class])})
	}
	out.Printf("\n")
	out.Table([]string{"claims of the paper, by the record", "number"}, classes)
	for _, v := range c.Claims {
		out.Printf("changed: %s\n", v)
	}
}

// err is what a check must not find.
func (c *checked) err() error {
	changed := 0
	for _, v := range c.Values {
		if !v.OK() {
			changed++
		}
	}
	if changed == 0 && len(c.Claims) == 0 {
		return nil
	}
	return fmt.Errorf("%d values are not as recorded, %d claims not as data/claims.csv has them: if that is meant, record anew (latpred reproduce --help) or correct the file", changed, len(c.Claims))
}
