package mlp_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/sparse"
)

// A network learns that the third input costs three times what the first does.
func ExampleTrain() {
	data := mlp.Data{X: sparse.Rows{Cols: 3}}
	for range 50 {
		for i := range 3 {
			data.X.Append([]int{i}, []float32{1})
			data.Y = append(data.Y, float32(i+1))
		}
	}
	be, err := backend.Open(context.Background(), backend.Options{Kind: backend.Go})
	if err != nil {
		fmt.Println(err)
		return
	}
	config := mlp.Published()
	config.Layers, config.Optimizer.LearningRate = []int{3, 20, 1}, 0.01
	result, err := mlp.Train(context.Background(), be, mlp.Job{Seed: 1, Train: data, Config: config})
	if err != nil {
		fmt.Println(err)
		return
	}
	model := mlp.NewModel(result.Params)
	fmt.Printf("%.1f %.1f\n", model.PredictRow([]int{0}, []float32{1}), model.PredictRow([]int{2}, []float32{1}))
	// Output: 1.0 3.0
}
