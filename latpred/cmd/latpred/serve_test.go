package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// serve says where it listens, has the given and the shipped devices, those of a benchmark
// where they are asked for, and ends well when it is interrupted.
func TestServe(t *testing.T) {
	path, _ := measurements(t, "p40-b64", 300)
	model := filepath.Join(t.TempDir(), "mine.latpred")
	mustCall(t, "train", "--kind", "table", "--data", path, "--out", model)

	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--model", model, "--benchmark", "fbnet", "--json"}, newOutput(writer, io.Discard))
		writer.Close()
	}()
	var at struct {
		Address string
		Devices int
	}
	if err := json.NewDecoder(reader).Decode(&at); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	answer, err := http.Get(at.Address + "/v1/devices")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var list struct {
		Devices []struct{ ID, Origin string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	if len(list.Devices) != at.Devices || at.Devices < 13 || list.Devices[0].ID != "mine" || list.Devices[0].Origin != "yours" {
		t.Errorf("%d devices were announced, there are %+v", at.Devices, list.Devices)
	}
	if !slices.ContainsFunc(list.Devices, func(d struct{ ID, Origin string }) bool { return d.ID == "fbnet-fpga" }) {
		t.Errorf("no fbnet-fpga among %+v", list.Devices)
	}
	interrupt()
	if status := <-ended; status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// export writes what onnxruntime reads; package latpred's tests compare the values.
func TestExport(t *testing.T) {
	path, _ := measurements(t, "p40-b64", 300)
	dir := t.TempDir()
	model, file := filepath.Join(dir, "m.latpred"), filepath.Join(dir, "m.onnx")
	mustCall(t, "train", "--kind", "table", "--data", path, "--out", model)
	if out := mustCall(t, "export", "--model", model, "--format", "onnx", "--out", file, "--json"); !strings.Contains(out, `"format": "onnx"`) {
		t.Errorf("export says %s", out)
	}
	if _, stderr, status := call(t, "export", "--model", path, "--out", file); status != 1 || !strings.Contains(stderr, path) {
		t.Errorf("a file that is no predictor: %d %s", status, stderr)
	}
}
