package mlp_test

import (
	"context"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/random"
)

// load gives the paper's training, validation and test rows of a set, of which
// the first n of each are taken (0: all).
func load(tb testing.TB, name string, n int) (train, validation, test mlp.Data) {
	tb.Helper()
	set, err := dataset.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	split := set.SplitFileOrder()
	parts := make([]mlp.Data, 3)
	for i, rows := range [][]int{split.Train, split.Validation, split.Test} {
		if n > 0 {
			rows = rows[:n]
		}
		part := set.Subset(rows)
		if parts[i].X, err = encode.Sparse(encode.OFA128, part.Archs()); err != nil {
			tb.Fatal(err)
		}
		for _, ms := range part.LatenciesMs() {
			parts[i].Y = append(parts[i].Y, float32(ms))
		}
	}
	return parts[0], parts[1], parts[2]
}

// open gives a backend of a kind, or skips where it isn't installed.
func open(tb testing.TB, kind string) *backend.Backend {
	tb.Helper()
	be, err := backend.Open(context.Background(), backend.Options{Kind: kind})
	if err != nil {
		tb.Skipf("needs a PJRT plugin: %v", err)
	}
	return be
}

// One epoch of the published training, 7,000 rows in batches of 32 and the
// validation: 219 steps.
func BenchmarkEpoch(b *testing.B) {
	for _, kind := range []string{backend.CPU, backend.Go} {
		b.Run(kind, func(b *testing.B) {
			be := open(b, kind)
			train, validation, _ := load(b, "rtx2080ti-b64", 0)
			config := mlp.Published()
			config.Epochs = 1
			if _, err := mlp.Train(b.Context(), be, mlp.Job{Seed: 1, Train: train, Validation: validation, Config: config}); err != nil {
				b.Fatal(err)
			}
			config.Epochs = b.N
			b.ResetTimer()
			if _, err := mlp.Train(b.Context(), be, mlp.Job{Seed: 1, Train: train, Validation: validation, Config: config}); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N*219), "ms/step")
		})
	}
}

func BenchmarkPredictOne(b *testing.B) {
	model := mlp.NewModel(mlp.Init(random.Stream(1, "init"), mlp.PublishedLayers))
	_, _, test := load(b, "note10", 1)
	columns, values := test.X.Row(0)
	b.ReportAllocs()
	for b.Loop() {
		model.PredictRow(columns, values)
	}
}

func BenchmarkPredictMany(b *testing.B) {
	p := mlp.Init(random.Stream(1, "init"), mlp.PublishedLayers)
	_, _, test := load(b, "note10", 0)
	dst := make([]float64, test.Rows())
	b.Run("Model", func(b *testing.B) {
		model := mlp.NewModel(p)
		for b.Loop() {
			model.Predict(dst, test.X)
		}
		b.ReportMetric(float64(len(dst)*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run(backend.CPU, func(b *testing.B) {
		batch, err := mlp.NewBatch(open(b, backend.CPU), p)
		if err != nil {
			b.Fatal(err)
		}
		defer batch.Close()
		for b.Loop() {
			if err := batch.Predict(dst, test.X); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(dst)*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}
