package broker

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/pool"
	"github.com/ofalat/ofalat/latpred/space"
)

// FromPlan makes a campaign of a plan. Its groups are the plan's networks in their order, as
// many in each as the plan's protocol says. A plan for a table is an error: its layers are
// measured in shards. Plan.Shards means nothing here.
func FromPlan(p *campaign.Plan) (c Campaign, err error) {
	if p.Networks.Table > 0 {
		return c, errors.New("networks.table: a pool measures networks; the layers of a table are measured in shards, by --engine local or slurm")
	}
	s, err := space.ByID(p.Space)
	if err != nil {
		return c, err
	}
	archs, err := planned(p, s)
	if err != nil {
		return c, err
	}
	group := cmp.Or(p.Protocol.Group, measure.Default.Group)
	hash := fnv.New64a()
	for from := 0; from < len(archs); from += group {
		var units []string
		for _, a := range archs[from:min(from+group, len(archs))] {
			units = append(units, a.String())
			fmt.Fprintln(hash, a)
		}
		fmt.Fprintln(hash)
		c.Groups = append(c.Groups, units)
	}
	c.Job = pool.Job{
		Space: s.ID, Seed: p.Networks.Seed, Hardware: p.Device.Name, Batch: p.Batch, Threads: p.Threads, Precision: p.Precision, Runner: p.Runner,
		Rounds: p.Protocol.Rounds, Runs: p.Protocol.Runs,
	}
	if p.Protocol.Extra != nil {
		if c.Job.Extra = *p.Protocol.Extra; c.Job.Extra == 0 {
			c.Job.Extra = -1 // none
		}
	}
	fmt.Fprintf(hash, "%+v", c.Job)
	c.Job.Campaign = fmt.Sprintf("%s-%08x", p.Name, uint32(hash.Sum64()))
	c.Wish = pool.Wish{Runner: p.Runner, Fits: p.Device.Fits}
	c.Replicas = p.NATS.Replicas
	return c, nil
}

// planned are the networks of a plan.
func planned(p *campaign.Plan, s *space.Space) ([]space.Arch, error) {
	if p.Networks.File == "" {
		return measure.Sample(s, p.Networks.Seed, p.Networks.Sample)
	}
	f, err := bounded.Open(p.Networks.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return measure.ReadArchs(f, p.Networks.File, s, dataset.Options{})
}
