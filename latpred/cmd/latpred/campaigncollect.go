package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/pool"
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
	f, err := campaign.Open(c.Dir)
	if err != nil {
		return err
	}
	find := c.shards
	if pool.IsFolder(c.Dir) {
		find = c.pooled
	}
	journals, err := find(ctx, f)
	if err != nil {
		return err
	}
	name := "set.csv"
	if f.Plan.Networks.Table > 0 {
		name = "table.csv"
	}
	merge := dataMergeCmd{Out: cmp.Or(c.Out, filepath.Join(f.Dir, name)), Journal: c.Journal, Figure: c.Figure, Reference: c.Reference, LeaveOut: c.LeaveOut}
	if merge.Journals = journals; journals == nil {
		return fmt.Errorf("%s: nothing is measured yet", f.Dir)
	}
	return merge.Run(out)
}

// shards are the journals of a campaign that an engine measured.
func (c *campaignCollectCmd) shards(ctx context.Context, f *campaign.Folder) (journals []string, err error) {
	st, err := c.status(ctx, f)
	if err != nil {
		return nil, err
	}
	if n := len(st.Shards) - st.Count(campaign.Complete); n > 0 && !c.SoFar {
		return nil, fmt.Errorf("%d of %d shards are not complete: latpred campaign resume %s goes on, --so-far joins what there is", n, len(st.Shards), f.Dir)
	}
	for _, s := range st.Shards {
		if s.Units > 0 {
			journals = append(journals, f.Journal(s.Shard))
		}
	}
	return journals, nil
}

// pooled are the journals of a campaign that a pool measured, of one kind of device.
func (c *campaignCollectCmd) pooled(_ context.Context, f *campaign.Folder) (journals []string, err error) {
	st, kinds, err := readPool(f)
	if err != nil {
		return nil, err
	}
	if !st.Over && !c.SoFar {
		return nil, fmt.Errorf("%s is not measured yet: latpred campaign serve goes on, --so-far joins what there is", f.Plan.Name)
	}
	if len(kinds) > 1 {
		text := ""
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			text += fmt.Sprintf("\n  %s: %s", kind, strings.Join(kinds[kind], " "))
		}
		return nil, fmt.Errorf("%d kinds of devices have measured, which can't be joined: latpred data merge joins the journals of one%s", len(kinds), text)
	}
	for _, list := range kinds {
		journals = list
	}
	return journals, nil
}
