package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/pool"
	"github.com/ofalat/ofalat/latpred/pool/broker"
	"golang.org/x/term"
)

type campaignTopCmd struct {
	URL  string        `name:"url" default:"nats://127.0.0.1:4222" placeholder:"URL" help:"NATS server or cluster of the pool."`
	Wait time.Duration `default:"10s" min:"1s" max:"24h" help:"How long to wait for the pool's coordinator."`
	poolFlags
}

// Run shows how a pool does: on a terminal until it is interrupted or the campaign ends,
// elsewhere, and as JSON, once.
func (c *campaignTopCmd) Run(ctx context.Context, out *output) error {
	p, err := c.connect(ctx, out, c.URL, c.Wait)
	if err != nil {
		return err
	}
	defer p.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	statuses := make(chan pool.Status)
	go func() {
		_ = p.Watch(ctx, func(s pool.Status) { // it ends with ctx
			select {
			case statuses <- s:
			case <-ctx.Done():
			}
		})
	}()
	var last pool.Status
	select {
	case last = <-statuses:
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(c.Wait):
		return fmt.Errorf("no coordinator of the pool %s was heard for %v: latpred campaign serve starts one", c.Pool, c.Wait)
	}
	if out.terminal != nil && !out.JSON() {
		last = c.live(ctx, out, last, statuses)
	}
	if out.JSON() {
		return out.Emit(last)
	}
	printPool(out, last)
	return nil
}

// live shows statuses until the campaign ends or ctx does, and gives the last.
func (c *campaignTopCmd) live(ctx context.Context, out *output, s pool.Status, next <-chan pool.Status) pool.Status {
	_, height, err := term.GetSize(int(out.terminal.Fd()))
	if err != nil {
		height = 24
	}
	bar := out.ProgressOver("measuring", s.Networks, max(1, height-3))
	defer bar.Done()
	silence := time.NewTicker(time.Second)
	defer silence.Stop()
	heard := time.Now()
	for !s.Over {
		n, note := progress(s)
		if quiet := time.Since(heard); quiet > 5*time.Second {
			note = fmt.Sprintf("the coordinator is silent for %v", quiet.Round(time.Second))
		}
		bar.Set(n, note)
		bar.SetBelow(poolLines(s))
		select {
		case s = <-next:
			heard = time.Now()
		case <-silence.C:
		case <-ctx.Done():
			return s
		}
	}
	return s
}

// poolLines are the tables of a status.
func poolLines(s pool.Status) []string {
	var kinds, devices [][]string
	for _, k := range s.Kinds {
		kinds = append(kinds, []string{fmt.Sprintf("%d/%d", k.Networks, s.Networks), perHour(k.PerHour), left(k.LeftS), fmt.Sprint(k.Devices), fmt.Sprint(len(k.GivenUp)), k.Name})
	}
	for _, d := range s.Devices {
		group, drift := "", ""
		if d.Group >= 0 {
			group = fmt.Sprint(d.Group)
		}
		if d.Drift != 0 {
			drift = fmt.Sprintf("%+.1f", 100*d.Drift)
		}
		devices = append(devices, []string{d.Name, d.State, group, fmt.Sprint(d.Networks), perHour(d.PerHour), fmt.Sprint(d.Failures), drift, d.Note})
	}
	lines := aligned([]string{"networks", "an hour", "left", "devices", "given up", "kind"}, kinds)
	if devices == nil {
		return lines
	}
	lines = append(lines, aligned([]string{"device", "state", "group", "networks", "an hour", "failures", "drift, %", ""}, devices)...)
	n := s.Counts
	return append(lines, fmt.Sprintf("%d groups accepted, %d measured twice, %d attempts failed, %d lost, %d stalled; %d results of fenced workers, %d refused",
		n.Accepted, n.Repeats, n.Failed, n.Lost, n.Stalled, n.Fenced, n.Refused))
}

func perHour(rate float64) string {
	if rate == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", rate)
}

func left(seconds float64) string {
	if seconds < 0 {
		return ""
	}
	return (time.Duration(seconds) * time.Second).String()
}

// poolStatus prints how far a pool's campaign is, from its folder alone.
func poolStatus(out *output, dir string) error {
	f, err := campaign.Open(dir)
	if err != nil {
		return err
	}
	s, _, err := readPool(f)
	if err != nil {
		return err
	}
	s.Pool = cmp.Or(f.Plan.Device.Pool, defaultPool)
	if out.JSON() {
		return out.Emit(s)
	}
	printPool(out, s)
	return nil
}

// readPool reads how far a pool's campaign is from its folder, with the journals of each kind
// of device.
func readPool(f *campaign.Folder) (s pool.Status, journals map[string][]string, err error) {
	work, err := broker.FromPlan(f.Plan)
	if err != nil {
		return s, nil, err
	}
	return pool.ReadStatus(f.Dir, work.Job, work.Groups)
}

// printPool prints a status.
func printPool(out *output, s pool.Status) {
	state := "is measured"
	if !s.Over {
		state = "is being measured"
	}
	out.Printf("%s %s in the pool %s\n", s.Campaign, state, s.Pool)
	for _, line := range poolLines(s) {
		out.Printf("%s\n", line)
	}
}
