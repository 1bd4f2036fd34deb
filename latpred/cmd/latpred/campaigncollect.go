package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

	"github.com/ofalat/ofalat/latpred/campaign"
)

type campaignCollectCmd struct {
	Dir       string `arg:"" help:"Folder of the campaign." type:"existingdir"`
	Out       string `help:"CSV file to write, of networks or of a table (default: set.csv or table.csv in the campaign's folder)." type:"path"`
	Journal   string `help:"As of data merge." type:"path"`
	Figure    string `help:"As of data merge." type:"path"`
	Reference string `placeholder:"JOURNAL" help:"As of data merge."`
	LeaveOut  bool   `help:"As of data merge."`
	SoFar     bool   `help:"Join what is measured so far, though shards are not complete."`
	engineFlags
}

// Run joins the journals of the shards as data merge does.
func (c *campaignCollectCmd) Run(ctx context.Context, out *output) error {
	f, st, err := status(ctx, c.Dir, &c.engineFlags)
	if err != nil {
		return err
	}
	if n := len(st.Shards) - st.Count(campaign.Complete); n > 0 && !c.SoFar {
		return fmt.Errorf("%d of %d shards are not complete: latpred campaign resume %s goes on, --so-far joins what there is", n, len(st.Shards), f.Dir)
	}
	name := "set.csv"
	if f.Plan.Networks.Table > 0 {
		name = "table.csv"
	}
	merge := dataMergeCmd{Out: cmp.Or(c.Out, filepath.Join(f.Dir, name)), Journal: c.Journal, Figure: c.Figure, Reference: c.Reference, LeaveOut: c.LeaveOut}
	for _, s := range st.Shards {
		if s.Units > 0 {
			merge.Journals = append(merge.Journals, f.Journal(s.Shard))
		}
	}
	if merge.Journals == nil {
		return fmt.Errorf("%s: nothing is measured yet", f.Dir)
	}
	return merge.Run(out)
}
