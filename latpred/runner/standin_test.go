package runner

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
	"go.uber.org/goleak"
)

// TestMain makes of the test's program a stand-in for adb or trtexec, where that is asked
// for.
func TestMain(m *testing.M) {
	switch state := os.Getenv("STANDIN_STATE"); os.Getenv("STANDIN") {
	case "adb":
		os.Exit(standin{state}.adb(os.Args[1:]))
	case "trtexec":
		os.Exit(standin{state}.trtexec(os.Args[1:]))
	}
	newVector = rememberVectors()
	goleak.VerifyTestMain(m) // no goroutine is left behind
}

// rememberVectors makes each vector once, since most of the time of tests would be theirs.
func rememberVectors() func(context.Context, *space.Space, space.Arch, int) (measure.Vector, error) {
	type key struct {
		space string
		arch  space.Arch
		batch int
	}
	var mu sync.Mutex
	made := map[key]measure.Vector{}
	return func(ctx context.Context, s *space.Space, a space.Arch, batch int) (v measure.Vector, err error) {
		mu.Lock()
		defer mu.Unlock()
		v, ok := made[key{s.ID, a, batch}]
		if !ok {
			v, err = measure.NewVector(ctx, s, a, batch)
		}
		if err == nil {
			made[key{s.ID, a, batch}] = v
		}
		return v, err
	}
}

// standin behaves as a tool does, by what the files of its folder say: counters of
// faults to come, and what it was asked, in "log".
type standin struct{ dir string }

// install puts a stand-in into PATH under a tool's name.
func install(t *testing.T, tool string) standin {
	t.Helper()
	s, bin := standin{t.TempDir()}, t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nSTANDIN=%s STANDIN_STATE='%s' exec '%s' \"$@\"\n", tool, s.dir, program)
	if err := os.WriteFile(filepath.Join(bin, tool), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return s
}

func (s standin) file(name string) string { return filepath.Join(s.dir, name) }

func (s standin) get(name, otherwise string) string {
	text, err := os.ReadFile(s.file(name))
	if err != nil {
		return otherwise
	}
	return string(text)
}

func (s standin) set(name, text string) {
	if err := os.WriteFile(s.file(name), []byte(text), 0o644); err != nil {
		panic(err)
	}
}

// take counts a fault down and says whether it happens.
func (s standin) take(name string) bool {
	n, _ := strconv.Atoi(s.get(name, "0")) // a number that a test wrote
	if n > 0 {
		s.set(name, strconv.Itoa(n-1))
	}
	return n > 0
}

// first takes the first word of a list, and leaves the last one for ever.
func (s standin) first(name, otherwise string) string {
	words := strings.Fields(s.get(name, otherwise))
	if len(words) > 1 {
		s.set(name, strings.Join(words[1:], " "))
	}
	return words[0]
}

func (s standin) note(args []string) {
	f, err := os.OpenFile(s.file("log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	fmt.Fprintln(f, strings.Join(args, " "))
}

const oneDevice = "R58M12ABC device usb:1-1 product:d1x model:SM_N970F device:d1 transport_id:1\n"

// adb is Android's client with one phone, whose files lie in the folder "fs".
func (s standin) adb(args []string) int {
	s.note(args)
	if args[0] == "devices" {
		fmt.Print("* daemon not running; starting now at tcp:5037\n* daemon started successfully\nList of devices attached\n" + s.get("devices", oneDevice) + "\n")
		return 0
	}
	serial, args := args[1], args[2:]
	if s.take("gone") || args[0] == "get-state" && s.take("gone for get-state") {
		fmt.Fprintf(os.Stderr, "adb: device '%s' not found\n", serial)
		return 1
	}
	fs := s.file("fs")
	_ = os.MkdirAll(fs, 0o755)
	at := func(name string) string { return filepath.Join(fs, filepath.Base(name)) }
	copied := func(from, to string) int {
		text, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, text, 0o644)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "adb: error: failed to copy: %v\n", err)
			return 1
		}
		fmt.Printf("%s: 1 file pushed, 0 skipped.\n", from)
		return 0
	}
	switch args[0] {
	case "get-state":
		fmt.Println("device")
		return 0
	case "push":
		return copied(args[1], at(args[2]))
	case "pull":
		return copied(at(args[1]), args[2])
	}
	command := strings.TrimSuffix(strings.TrimPrefix(args[1], "{ "), "; }; code=$?; echo; echo exit=$code")
	out, code := s.phone(command, at)
	out = strings.ReplaceAll(out+"\n\nexit="+strconv.Itoa(code)+"\n", "\n", "\r\n") // as old clients do
	if strings.Contains(command, "--num_runs") && s.take("torn") {
		out = out[:len(out)/2]
	}
	fmt.Print(out)
	return 0
}

// phone runs a command in the phone's shell.
func (s standin) phone(command string, at func(string) string) (out string, code int) {
	words := strings.Fields(command)
	switch {
	case command == "getprop ro.product.model":
		return "SM-N970F", 0
	case command == "getprop ro.build.version.release":
		return "12", 0
	case command == "dumpsys battery":
		return "Current Battery Service state:\n  AC powered: false\n  USB powered: true\n  level: " + s.get("level", "87") +
			"\n  scale: 100\n  voltage: 4200\n  temperature: " + s.first("temperature", "312") + "\n  technology: Li-ion", 0
	case command == "dumpsys thermalservice":
		return "IsStatusOverride: false\nThermal Status: " + s.first("thermal", "0") + "\nCached temperatures:", 0
	case words[0] == "ls":
		if _, err := os.Stat(at(words[1])); err != nil {
			return "ls: " + words[1] + ": No such file or directory", 1
		}
		return words[1], 0
	case words[0] == "chmod", words[0] == "rm":
		return "", 0
	case words[0] == phoneTool:
		return s.benchmark(words[1:], at)
	}
	return "sh: " + words[0] + ": inaccessible or not found", 127
}

// benchmark is benchmark_model.
func (s standin) benchmark(args []string, at func(string) string) (out string, code int) {
	if s.take("prompt") {
		fmt.Print("Overwrite the cache? (y/n) ")
		_, _ = io.Copy(io.Discard, os.Stdin)
		time.Sleep(20 * time.Second) // it wants a key, not an end
	}
	if s.take("forgets") { // the phone was started anew
		_ = os.RemoveAll(s.file("fs"))
		_ = os.MkdirAll(s.file("fs"), 0o755)
		s.set("fs/benchmark_model", "")
	}
	flags := map[string]string{}
	for _, a := range args {
		name, value, _ := strings.Cut(strings.TrimPrefix(a, "--"), "=")
		flags[name] = value
	}
	model, err := os.ReadFile(at(flags["graph"]))
	if err != nil || !bytes.Equal(model[4:8], []byte("TFL3")) {
		return "INFO: STARTING!\nERROR: Failed to load model " + flags["graph"], 1
	}
	if to := flags["output_filepath"]; to != "" && s.get("outputs", "") != "none" {
		if err := os.WriteFile(at(to), []byte(s.get("outputs", "")), 0o644); err != nil {
			panic(err)
		}
	}
	us := float64(len(model)) / 1000 // larger networks take longer
	return fmt.Sprintf("INFO: STARTING!\nINFO: count=3 first=90000 curr=80000 min=80000 max=90000 avg=85000 std=1 p5=80000 median=85000 p95=90000\n\n"+
		"INFO: count=%s first=%g curr=%g min=%g max=99999 avg=77777 std=1 p5=%g median=%g p95=99999\n\n"+
		"INFO: Inference timings in us: Init: 5685, First inference: 90000, Warmup (avg): 85000, Inference (avg): 77777", flags["num_runs"], us, us, us, us, us), 0
}

// trtexec is TensorRT's tool.
func (s standin) trtexec(args []string) int {
	s.note(args)
	flags := map[string]string{}
	for _, a := range args {
		name, value, _ := strings.Cut(strings.TrimPrefix(a, "--"), "=")
		flags[name] = value
	}
	if s.take("no memory") {
		fmt.Print("[04/02/2026-10:11:02] [E] Error[2]: [virtualMemoryBuffer.cpp::resizePhysical] out of memory\n&&&& FAILED TensorRT.trtexec [TensorRT v100900]\n")
		return 1
	}
	if to := flags["saveEngine"]; to != "" {
		if err := os.WriteFile(to, []byte("engine"), 0o644); err != nil {
			panic(err)
		}
	}
	if to := flags["exportOutput"]; to != "" {
		if err := os.WriteFile(to, []byte(s.get("outputs", "")), 0o644); err != nil {
			panic(err)
		}
	}
	summary, err := os.ReadFile(s.get("summary", ""))
	if err != nil {
		panic(err)
	}
	if flags["loadEngine"] != "" && s.take("torn") {
		summary = summary[:len(summary)/2]
	}
	os.Stdout.Write(summary)
	return 0
}

// small is a network that is soon built, and its outputs.
func small(t *testing.T) (*space.Space, space.Arch, measure.Vector) {
	t.Helper()
	n, err := smallNet()
	if err != nil {
		t.Fatal(err)
	}
	return n.s, n.a, n.v
}

type smallest struct {
	s *space.Space
	a space.Arch
	v measure.Vector
}

var smallNet = sync.OnceValues(func() (n smallest, err error) {
	if n.s, err = space.ByID("nasbench201"); err != nil {
		return n, err
	}
	n.a = space.MustParse("|skip_connect~0|+|skip_connect~0|none~1|+|skip_connect~0|none~1|none~2|")
	n.v, err = measure.NewVector(context.Background(), n.s, n.a, 1)
	return n, err
})

func floats(t *testing.T, values []float32) string {
	t.Helper()
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, values); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func exported(t *testing.T, values []float32) string {
	t.Helper()
	text, err := json.Marshal([]map[string]any{{"name": "logits", "dimensions": fmt.Sprintf("1x%d", len(values)), "values": values}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
