package runner

import (
	"fmt"
	"strings"
)

// Recipe is a runtime that networks can be timed in.
type Recipe struct {
	Name    string
	About   string   // what it times, for people
	Needs   string   // what must be there
	Program string   // of package runners, in Python; "": a tool is called
	args    []string // of the program
	tool    string   // program that is called; "" with Program
}

// Recipes lists the runtimes.
func Recipes() []Recipe {
	return []Recipe{
		{Name: "onnxruntime", About: "ONNX Runtime on this machine's processor", Needs: "pip install onnxruntime", Program: "onnxruntime_runner.py"},
		{Name: "onnxruntime-cuda", About: "ONNX Runtime on an NVIDIA GPU", Needs: "pip install onnxruntime-gpu, with its CUDA and cuDNN", Program: "onnxruntime_runner.py", args: []string{"--provider", "cuda"}},
		{Name: "litert", About: "LiteRT (TensorFlow Lite) on this machine's processor", Needs: "pip install ai-edge-litert", Program: "litert_runner.py"},
		{Name: "litert-adb", About: "LiteRT on an Android phone, by its benchmark_model", Needs: "adb, and benchmark_model on the phone or by --tool", tool: "adb"},
		{Name: "pytorch", About: "PyTorch on this machine's processor, eager", Needs: "pip install torch onnx, or torch ofa", Program: "pytorch_runner.py"},
		{Name: "pytorch-compile", About: "PyTorch on this machine's processor, torch.compile", Needs: "pip install torch onnx, or torch ofa; a C++ compiler", Program: "pytorch_runner.py", args: []string{"--mode", "compile"}},
		{Name: "pytorch-cuda", About: "PyTorch on an NVIDIA GPU, eager", Needs: "pip install torch onnx, or torch ofa", Program: "pytorch_runner.py", args: []string{"--device", "cuda"}},
		{Name: "pytorch-cuda-compile", About: "PyTorch on an NVIDIA GPU, torch.compile", Needs: "pip install torch onnx, or torch ofa", Program: "pytorch_runner.py", args: []string{"--device", "cuda", "--mode", "compile"}},
		{Name: "pytorch-cudagraph", About: "PyTorch on an NVIDIA GPU, one CUDA graph", Needs: "pip install torch onnx, or torch ofa", Program: "pytorch_runner.py", args: []string{"--device", "cuda", "--mode", "cudagraph"}},
		{Name: "trtexec", About: "TensorRT on an NVIDIA GPU, by its trtexec", Needs: "trtexec of TensorRT in PATH, or by --tool", tool: "trtexec"},
		{Name: "coreml", About: "Core ML on this Mac", Needs: "macOS; pip install coremltools onnx", Program: "coreml_runner.py"},
	}
}

// ByName finds a runtime. It errs for a name that is none, and lists those there are.
func ByName(name string) (Recipe, error) {
	var names []string
	for _, r := range Recipes() {
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	return Recipe{}, fmt.Errorf("no runner %q: there are %s", name, strings.Join(names, ", "))
}
