package mlp_test

import (
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/mlp"
)

// BenchmarkCompile reports the seconds that the first epoch of a training takes longer than
// its second: what compiling costs. Executables are shared by a process, so it runs once.
func BenchmarkCompile(b *testing.B) {
	be := open(b, backend.CPU)
	train, validation, _ := load(b, "rtx2080ti-b64", 0)
	config := mlp.Published()
	epochs := func(b *testing.B, epoch func() error) {
		if b.N > 1 {
			b.Skip("executables are compiled once for each process: -benchtime 1x")
		}
		var took [2]time.Duration
		for i := range took {
			start := time.Now()
			if err := epoch(); err != nil {
				b.Fatal(err)
			}
			took[i] = time.Since(start)
		}
		b.ReportMetric((took[0] - took[1]).Seconds(), "compile-s")
		b.ReportMetric(took[1].Seconds(), "epoch-s")
	}
	job := mlp.Job{Seed: 1, Train: train, Validation: validation, Config: config}
	b.Run("one", func(b *testing.B) {
		t, err := mlp.Begin(be, job)
		if err != nil {
			b.Fatal(err)
		}
		defer t.Close()
		epochs(b, func() error { _, err := t.Epoch(); return err })
	})
	b.Run("stacked", func(b *testing.B) {
		var optimizers []mlp.Optimizer
		for range 4 {
			optimizers = append(optimizers, config.Optimizer)
		}
		s, err := mlp.BeginStack(be, job, optimizers)
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		epochs(b, func() error { _, err := s.Epoch(); return err })
	})
}
