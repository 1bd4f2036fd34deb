package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/jsonschema-go/jsonschema"
	"github.com/ofalat/ofalat/docs/schemas"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/bench"
	"github.com/ofalat/ofalat/latpred/bench/gpurecord"
	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/card"
	"github.com/ofalat/ofalat/latpred/doctor"
	"github.com/ofalat/ofalat/latpred/experiment"
	"github.com/ofalat/ofalat/latpred/explain"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/pool"
	"github.com/ofalat/ofalat/latpred/space"
)

// predictedLine is a line of predict --json, which is written without it.
type predictedLine struct {
	LatencyMs   float64 `json:"latency_ms"`
	LowMs       float64 `json:"low_ms,omitempty"`      // with --interval
	HighMs      bound   `json:"high_ms,omitempty"`     // with --interval; null: there is no upper bound
	Unsupported bool    `json:"unsupported,omitempty"` // the level is above what the predictor's rows support
}

// bound is a number, or null where it is infinite.
type bound float64

// outputs are values of the types that commands print with --json.
var outputs = map[string][]any{
	"adapt":            {adapted{}, []space.Arch{}, sheetAdapted{}},
	"backend check":    {backend.Report{}},
	"backend install":  {installed{}},
	"backend list":     {[]backend.Plugin{}},
	"bench":            {bench.Report{}},
	"campaign cancel":  {campaign.Status{}},
	"campaign collect": {mergedFiles{}},
	"campaign resume":  {campaign.Status{}, campaign.Submission{}},
	"campaign serve":   {served{}},
	"campaign status":  {campaign.Status{}, pool.Status{}},
	"campaign submit":  {campaign.Status{}, campaign.Submission{}, engineText{}},
	"campaign top":     {pool.Status{}},
	"card":             {card.Card{}},
	"data build":       {built{}},
	"data check":       {[]audit.Finding{}},
	"data fetch":       {fetched{}},
	"data list":        {[]setRow{}},
	"data merge":       {mergedFiles{}},
	"doctor":           {doctor.Report{}},
	"evaluate":         {evaluation{}},
	"explain":          {explain.Explanation{}},
	"export":           {exportedFile{}},
	"finetune":         {trained{}},
	"gpu-record":       {gpurecord.Report{}},
	"lut check":        {[]coverage{}},
	"lut fit":          {fitted{}},
	"lut sum":          {summed{}},
	"lut write":        {writtenTable{}},
	"measure check":    {measure.Quiet{}},
	"measure export":   {exportedFile{}},
	"measure nets":     {measured{}},
	"measure runners":  {[]listedRunner{}, exportedFile{}},
	"measure table":    {[]measuredTable{}},
	"predict":          {predictedLine{}},
	"reproduce":        {[]experiment.Result{}, checked{}, []experiment.Verdict{}},
	"schema":           {[]string{}},
	"search":           {[]foundNet{}},
	"serve":            {serving{}},
	"train":            {trained{}, trainedTable{}},
	"tune":             {tuned{}},
	"version":          {versions{}},
	"worker":           {workerEvent{}},
}

// silent are the commands without a result in JSON.
var silent = []string{"pipe", "measure work", "campaign work", "completion", "man"}

// writtenAs are types that are not written as their fields say.
var writtenAs = map[reflect.Type]*jsonschema.Schema{
	reflect.TypeFor[space.Arch]():        {Type: "string", Description: "An architecture, as its canonical text."},
	reflect.TypeFor[[]byte]():            {Type: "string", Description: "Bytes in base64."},
	reflect.TypeFor[json.RawMessage]():   {},
	reflect.TypeFor[experiment.Number](): {Types: []string{"number", "null"}},
	reflect.TypeFor[bound]():             {Types: []string{"number", "null"}},
}

// application is the command line.
func application(t testing.TB) *kong.Kong {
	t.Helper()
	p, err := kong.New(&commands{}, kong.Name("latpred"), kong.Vars{"items": ""}, kong.Writers(io.Discard, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// schemaOf makes the schema of a command's result. A strict one allows no fields but those that
// it has.
func schemaOf(t testing.TB, command, help string, strict bool) *jsonschema.Schema {
	t.Helper()
	var variants []*jsonschema.Schema
	for _, v := range outputs[command] {
		s, err := jsonschema.ForType(reflect.TypeOf(v), &jsonschema.ForOptions{TypeSchemas: writtenAs})
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		describe(t, s, reflect.TypeOf(v))
		if !strict {
			loosen(s)
		}
		variants = append(variants, s)
	}
	s := variants[0]
	if len(variants) > 1 {
		s = &jsonschema.Schema{AnyOf: variants}
	}
	s.Schema, s.Title, s.Description = "https://json-schema.org/draft/2020-12/schema", "latpred "+command+" --json", help
	return s
}

// TestSchemas holds docs/schemas against the types of the results, and wants every command to be
// there.
func TestSchemas(t *testing.T) {
	dir, made := filepath.Join("..", "..", "..", "docs", "schemas"), map[string]bool{}
	for _, leaf := range application(t).Model.Leaves(false) {
		command := leaf.Path()
		if slices.Contains(silent, command) {
			continue
		}
		if outputs[command] == nil {
			t.Errorf("latpred %s has no schema: add the type of its result to outputs, or the command to silent, and run -update", command)
			continue
		}
		text, err := json.MarshalIndent(schemaOf(t, command, leaf.Help, false), "", "  ")
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		name := strings.ReplaceAll(command, " ", "_") + ".json"
		made[name] = true
		if text = append(text, '\n'); *update {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if on, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(on, text) {
			t.Errorf("%s is not up to date (-update writes it): %v", name, err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !made[filepath.Base(f)] {
			t.Errorf("%s is of no command", f)
		}
	}
}

// keepsSchema fails if what a command has printed with --json does not keep to its schema. Every
// call of a command by a test comes here.
func keepsSchema(t testing.TB, args []string, stdout string) {
	t.Helper()
	c, err := application(t).Parse(args)
	if err != nil || stdout == "" {
		return
	}
	command := c.Selected().Path()
	strict, err := schemaOf(t, command, "", true).Resolve(nil)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	for values := json.NewDecoder(strings.NewReader(stdout)); ; {
		var v any
		if err := values.Decode(&v); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, stdout)
		}
		if err := strict.Validate(v); err != nil {
			t.Errorf("latpred %s: the result does not keep to its schema: %v\n%.2000s", strings.Join(args, " "), err, stdout)
		}
	}
}

// Results of quick commands keep to their schemas, and a schema can be broken.
func TestResultsKeepToSchemas(t *testing.T) {
	dir := t.TempDir()
	few, _ := measurements(t, "p40-b64", 12)
	many, _ := measurements(t, "note10", 900)
	model := filepath.Join(dir, "m.latpred")
	for _, args := range [][]string{
		{"adapt", "--plan", "3"}, {"adapt", "--data", few, "--out", model, "--from", "note10"}, {"adapt", "--gpu", "t4", "--out", filepath.Join(dir, "t4.latpred")},
		{"backend", "list"}, {"card", "p40-b64"}, {"card", model}, {"data", "list"}, {"evaluate", "--model", "p40-b64", "--data", "p40-b64", "--rows", "test"},
		{"explain", "--model", "p40-b64", example}, {"explain", "--model", model, example}, {"export", "--model", model, "--out", filepath.Join(dir, "m.onnx")},
		{"lut", "check"}, {"lut", "fit", "--data", many, "--space", "mbv3-w1.2", "--out", filepath.Join(dir, "lut")}, {"lut", "sum", example},
		{"lut", "write", "--out", filepath.Join(dir, "written")}, {"measure", "runners"}, {"predict", "--model", "note10", example},
		{"predict", "--model", "p40-b64", "--interval", "0.9", example}, {"predict", "--model", model, "--interval", "0.999", example}, {"reproduce", "--claims"},
		{"reproduce", "figure6", "--backend", "go"}, {"schema"}, {"search", "--device", "note10", "--limit", "20", "--generations", "1"},
		{"search", "--device", "note10", "--limit", "20", "--generations", "1", "--front", "--objective", "params"},
		{"train", "--kind", "table", "--data", many, "--space", "mbv3-w1.2", "--out", filepath.Join(dir, "table.latpred")},
	} {
		mustCall(t, append(args, "--json")...)
	}
	s, err := schemaOf(t, "predict", "", true).Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range []any{map[string]any{}, map[string]any{"latency_ms": "3"}, map[string]any{"latency_ms": 3., "x": 1.}, []any{}} {
		if s.Validate(broken) == nil {
			t.Errorf("%v keeps to the schema of predict", broken)
		}
	}
}

// latpred schema prints the file of a command, and an error for others.
func TestSchemaCommand(t *testing.T) {
	want, err := schemas.Files.ReadFile("data_list.json")
	if err != nil {
		t.Fatal(err)
	}
	if got := mustCall(t, "schema", "data", "list"); got != string(want) {
		t.Errorf("%s", got)
	}
	if list := mustCall(t, "schema"); !strings.Contains(list, "\ngpu-record\n") || !strings.Contains(list, "\ndata list\n") {
		t.Errorf("%s", list)
	}
	for _, command := range []string{"dance", "../schemas", ""} {
		if _, stderr, status := call(t, "schema", command); status != 1 || !strings.Contains(stderr, fmt.Sprintf("no schema of %q", command)) {
			t.Errorf("%q: status %d, %s", command, status, stderr)
		}
	}
}
