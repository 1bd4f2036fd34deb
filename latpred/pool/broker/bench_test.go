package broker

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/pool"
)

// Groups whose networks take no time: what a pool adds to them, beside one process.
func BenchmarkGroups(b *testing.B) {
	const units = 4
	b.Run("one process", func(b *testing.B) {
		pl := plan{Name: "bench", Networks: units * b.N, Group: units}
		c := pl.campaign(b.TempDir())
		task := pool.Task{Job: c.Job}
		for _, g := range c.Groups {
			task.Units = append(task.Units, g...)
		}
		w := &stopwatch{group: units}
		b.ResetTimer()
		if err := w.Measure(b.Context(), &task, filepath.Join(b.TempDir(), "journal"), func(measure.Progress) {}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "groups/s")
	})
	for _, workers := range []int{1, 4, 16} {
		b.Run(fmt.Sprintf("pool of %d", workers), func(b *testing.B) {
			s := aServer(b)
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			dir := b.TempDir()
			pl := plan{Name: "bench", Networks: units * b.N, Group: units}
			c := pl.campaign(filepath.Join(dir, "c"))
			p := connect(b, s.URL())
			for i := range workers {
				r := role{Device: fmt.Sprint("device", i), Dir: filepath.Join(dir, fmt.Sprint(i))}
				go func() { _ = p.Work(ctx, r.worker()) }() // it ends with ctx
			}
			b.ResetTimer()
			if _, err := p.Coordinate(b.Context(), c); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "groups/s")
		})
	}
}
