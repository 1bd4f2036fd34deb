package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/pool"
)

type campaignStatusCmd struct {
	Dir string `arg:"" help:"Folder of the campaign." type:"existingdir"`
	engineFlags
}

// Run prints how far a campaign is.
func (c *campaignStatusCmd) Run(ctx context.Context, out *output) error {
	if pool.IsFolder(c.Dir) {
		return poolStatus(out, c.Dir)
	}
	f, err := campaign.Open(c.Dir)
	if err != nil {
		return err
	}
	st, err := c.status(ctx, f)
	if err != nil {
		return err
	}
	return printStatus(out, st)
}

// maxShown is how many shards are printed; --json has all.
const maxShown = 100

// printStatus prints a line for each shard that is not complete, and the sum.
func printStatus(out *output, st campaign.Status) error {
	if out.JSON() {
		return out.Emit(st)
	}
	var rows [][]string
	for _, s := range st.Shards {
		if s.State == campaign.Complete || len(rows) == maxShown {
			continue
		}
		row := []string{fmt.Sprint(s.Shard), string(s.State), fmt.Sprintf("%d/%d", s.Units, s.Of), "", "", "", ""}
		if s.Updated != nil {
			row[3] = time.Since(*s.Updated).Round(time.Second).String()
		}
		if s.Task != nil {
			row[4], row[5], row[6] = s.Task.ID, s.Task.Node, s.Task.Reason
		}
		rows = append(rows, row)
	}
	if rows != nil {
		out.Table([]string{"shard", "state", "measured", "ago", "task", "node", "reason"}, rows)
	}
	leftOut := 0
	for _, s := range st.Shards {
		leftOut += s.LeftOut
	}
	out.Printf("%s: %d of %d measured", st.Name, st.Units, st.Of)
	if leftOut > 0 {
		out.Printf(", %d left out after two failures", leftOut)
	}
	for _, state := range []campaign.State{campaign.Complete, campaign.Running, campaign.Waiting, campaign.Away, campaign.Failed, campaign.Stopped} {
		if n := st.Count(state); n > 0 {
			out.Printf(", %d of %d shards %s", n, len(st.Shards), state)
		}
	}
	out.Printf("\n")
	return nil
}
