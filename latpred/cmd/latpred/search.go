package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

type searchCmd struct {
	rowFlags
	Device      string        `xor:"latency" required:"" help:"Device that gives latencies: the name of what ships (note10, whose layers were measured; p40-b64, to whose measurements a table is fitted), or a file of measurements, to which the closed form is fitted." predictor:"name"`
	Model       predictorName `xor:"latency" required:"" help:"Predictor that gives latencies: the name of what ships, or a file." predictor:"name"`
	Space       string        `help:"Search space (default: that of the measurements; where a file does not say the width, that of the accuracy predictor, with a note). An error if the predictor is known to be of another." predictor:"space"`
	Limit       float64       `xor:"limits" required:"" above:"0" max:"1e9" help:"Largest latency, ms."`
	Limits      []float64     `xor:"limits" required:"" above:"0" max:"1e9" help:"Several limits, ms: 15,20,25."`
	Front       bool          `help:"Evolve the whole front up to the limit in one run (NSGA-II)."`
	Objective   objective     `enum:"accuracy,macs,params," default:"" help:"What is maximised under the limit: accuracy, as OFA's predictor has it, macs or params (default: accuracy, or macs where the predictor does not know the space)."`
	Generations int           `default:"500" min:"0" max:"1000000" help:"Generations."`
	Population  int           `default:"100" min:"2" max:"1000000" help:"Networks of a generation."`
	Seed        uint64        `default:"1" help:"Seed."`
}

// foundNet is a network in the output of search --json. What is not there is not known.
type foundNet struct {
	LimitMs   float64          `json:"limit_ms"`
	Space     string           `json:"space"`                   // whose networks were searched; multiply-accumulates are of its widths
	Assumed   bool             `json:"space_assumed,omitempty"` // neither the predictor nor --space tells the space
	Arch      space.Arch       `json:"arch"`
	OFA       *space.OFAConfig `json:"ofa,omitempty"`
	LatencyMs float64          `json:"latency_ms"`
	Objective objective        `json:"objective,omitempty"` // that was maximised; absent: accuracy
	Accuracy  float64          `json:"accuracy,omitempty"`
	About     string           `json:"accuracy_of,omitempty"` // whose accuracies they are; see accuracy.About
	MMACs     float64          `json:"mmacs"`
	MParams   float64          `json:"mparams,omitempty"` // where they were maximised
}

// Run searches for each limit, or for the front.
func (c *searchCmd) Run(ctx context.Context, out *output) error {
	p, s, told, err := c.predictor(ctx, out)
	if err != nil {
		return err
	}
	if !told {
		out.Logf("note: %s does not tell of which space, and so of which width, its networks are, and --space was not given: multiply-accumulates are those of %s", cmp.Or(string(c.Model), c.Device), s.ID)
	}
	goal := c.Objective
	if goal == "" {
		if goal = byAccuracy; !knowsAccuracy(s) {
			goal = byMACs
			out.Logf("note: no accuracy predictor knows the networks of %s: the one with the most multiply-accumulates is searched for", s.ID)
		}
	}
	if c.Objective == byAccuracy && !knowsAccuracy(s) {
		return fmt.Errorf("--objective accuracy: no accuracy predictor knows the networks of %s; there are --objective macs and --objective params", s.ID)
	}
	nets, failed := c.search(ctx, out, p, s, goal)
	about := ""
	if goal == byAccuracy {
		about = accuracy.About(s, told)
	}
	for i := range nets {
		nets[i].Space, nets[i].Assumed, nets[i].About = s.ID, !told, about
	}
	if out.JSON() {
		return errors.Join(out.Emit(append([]foundNet{}, nets...)), failed)
	}
	printFound(out, goal, nets, about)
	return failed
}

// printFound writes networks as a table, and below it whose accuracies there are.
func printFound(out *output, goal objective, nets []foundNet, about string) {
	if len(nets) == 0 {
		return
	}
	var rows [][]string
	for _, n := range nets {
		row := []string{fmt.Sprintf("%g", n.LimitMs), fmt.Sprintf("%.4g", n.LatencyMs)}
		rows = append(rows, append(append(row, goal.cells(n)...), n.Arch.String()))
	}
	out.Table(append(append([]string{"limit (ms)", "latency (ms)"}, goal.columns()...), "architecture"), rows)
	if about != "" {
		out.Printf("%s\n", about)
	}
}

// search returns the network found under each limit, and the errors of the others, joined.
func (c *searchCmd) search(ctx context.Context, out *output, p latpred.Predictor, s *space.Space, goal objective) (nets []foundNet, failed error) {
	latency, _ := nas.Cached(latpred.Checked(p), nas.ByArch) // children are often like others
	estimate, _ := nas.Cached(goal.estimate(s), nas.ByArch)
	limits := c.Limits
	if len(limits) == 0 {
		limits = []float64{c.Limit}
	}
	run := nas.Search
	if c.Front {
		run = nas.SearchFront
	}
	bar := out.Progress("searching", len(limits)*(c.Generations+1))
	defer bar.Done()
	done := 0
	for _, limit := range limits {
		config := nas.Published(s, limit)
		config.Generations, config.Population = c.Generations, c.Population
		result, err := run(ctx, random.Stream(c.Seed, fmt.Sprint("search ", limit)), config, latency, estimate, func(g nas.Generation) {
			done++
			bar.Set(done, fmt.Sprintf("≤ %g ms: %.4g at %.2f ms", limit, g.Best.Accuracy, g.Best.LatencyMs))
		})
		if err != nil {
			failed = errors.Join(failed, err)
			if !errors.Is(err, nas.ErrInfeasible) {
				break
			}
			continue
		}
		found := []nas.Candidate{result.Best}
		if c.Front {
			found = result.Front
		}
		for _, f := range found {
			nets = append(nets, goal.found(limit, s, f))
		}
	}
	return nets, failed
}

// predictor returns the predictor of latencies and the space to search. told is false if
// neither the predictor nor --space tells the space, which is then a guess.
func (c *searchCmd) predictor(ctx context.Context, out *output) (p latpred.Predictor, s *space.Space, told bool, err error) {
	if p, err = c.latencies(ctx, out); err != nil {
		return nil, nil, false, err
	}
	if c.Space != "" {
		if err := checkSpace(out, predictorName(cmp.Or(string(c.Model), c.Device)), p, c.Space); err != nil {
			return nil, nil, false, err
		}
		s, err = space.ByID(c.Space)
		return p, s, true, err
	}
	s, told, err = catalog.SpaceOf(p)
	if err == nil && !told && knowsAccuracy(s) {
		s, err = space.ByID(accuracy.SpaceID) // the width that accuracies are of
	}
	return p, s, told, err
}

// latencies makes the predictor that is asked for.
func (c *searchCmd) latencies(ctx context.Context, out *output) (latpred.Predictor, error) {
	if c.Model != "" {
		return c.Model.load(ctx)
	}
	if e, err := catalog.Find(c.Device); err == nil {
		return e.Predictor(ctx)
	}
	set, err := c.openSet(out, c.Device, c.Space)
	if err != nil {
		return nil, err
	}
	if _, err := learnable(out, set, c.Space); err != nil {
		return nil, err
	}
	return additive.FitLinear(set)
}
