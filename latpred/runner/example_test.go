package runner_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/runner"
	"github.com/ofalat/ofalat/latpred/space"
)

// Ten networks in ONNX Runtime, where Python has it.
func Example() {
	ctx := context.Background()
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		fmt.Println(err)
		return
	}
	archs, err := measure.Sample(s, 1, 10)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := runner.Open(ctx, "onnxruntime", runner.Options{Threads: 1})
	if err != nil {
		fmt.Println(err) // it says what is missing
		return
	}
	defer r.Close()
	j, err := r.Device(s, "my-machine", measure.Config{}).Nets(ctx, archs, 1, "my.journal", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range j.Results() {
		fmt.Println(result.Key, result.LatencyMs)
	}
}

// The runtimes that networks can be timed in.
func ExampleRecipes() {
	for _, r := range runner.Recipes() {
		fmt.Println(r.Name)
	}
	// Output:
	// onnxruntime
	// onnxruntime-cuda
	// litert
	// litert-adb
	// pytorch
	// pytorch-compile
	// pytorch-cuda
	// pytorch-cuda-compile
	// pytorch-cudagraph
	// trtexec
	// coreml
}
