package lut_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// proxylessSample is a table in the form of ProxylessNAS' Pixel 1 file, made up for
// this test: width 1.0, resolution 224, variances, ratios, Logits for all that comes
// after Conv_1. Every mean is a thousandth of the entry's number from 1.
func proxylessSample(t *testing.T) (path string, narrow *space.Space) {
	t.Helper()
	s, err := space.ByID("proxyless-w1.3")
	if err != nil {
		t.Fatal(err)
	}
	n := *s
	// Base widths of ProxylessNAS. Source: its repository.
	m := *s.Macro.(*space.OFAMacro)
	n.ID, n.Macro = "proxyless-w1.0", &m
	m.Stem, m.FixedBlock, m.FeatureMix = 32, 16, 1280
	m.Stages = slices.Clone(m.Stages)
	for i, w := range []int{24, 40, 80, 96, 192, 320} {
		m.Stages[i].Width = w
	}
	var b bytes.Buffer
	row := 0
	add := func(key string) {
		row++
		fmt.Fprintf(&b, "%s:\n  count: 982\n  mean: %.3f\n  var: 0.0004\n", key, float64(row)/1000)
	}
	add("Conv-input:224x224x3-output:112x112x32")
	add("expanded_conv-input:112x112x32-output:112x112x16-expand:1-kernel:3-stride:1-idskip:0")
	size, in := 112, 16
	for i, st := range m.Stages {
		for position := range min(2, n.Family.Stages[i].Slots) {
			for _, e := range []int{3, 4, 6} {
				for _, k := range []int{3, 5, 7} {
					out, stride := (size-1)/st.Stride+1, st.Stride
					if position > 0 {
						out, stride, in = size, 1, st.Width
					}
					add(fmt.Sprintf("expanded_conv-input:%dx%dx%d-output:%dx%dx%d-expand:%d-kernel:%d-stride:%d-idskip:%d",
						size, size, in, out, out, st.Width, e, k, stride, position))
				}
			}
			if position == 0 {
				size = (size-1)/st.Stride + 1
			}
		}
		in = st.Width
	}
	add("Conv_1-input:7x7x320-output:7x7x1280")
	add("Logits-input:7x7x1280-output:1000")
	path = filepath.Join(t.TempDir(), "pixel1.yaml")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path, &n
}

func TestProxylessTable(t *testing.T) {
	path, narrow := proxylessSample(t)
	table, err := lut.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if table.Style != lut.ProxylessStyle || !slices.Equal(table.Resolutions(), []int{224}) || table.Device != "pixel1" || table.SpaceID != "" {
		t.Errorf("read as style %v, resolutions %v, device %s, space %q", table.Style, table.Resolutions(), table.Device, table.SpaceID)
	}
	if missing := table.Missing(narrow, 224); missing != nil {
		t.Errorf("missing: %v", missing)
	}
	e := table.Rows[224]["Conv-input:224x224x3-output:112x112x32"]
	if e != (lut.Entry{Count: 982, MeanMs: .001, StdMs: .02}) { // √.0004
		t.Errorf("the first row is %+v", e)
	}
	// By hand: rows 1, 2, then of each stage's nine the first (e3 k3): stage i begins
	// at 3 + 18·i, its later slots at 12 + 18·i; the sixth stage has one slot; then 102
	// and 103.
	a := space.MustParse("r224 d222221 k33-33-33-33-33-3 e33-33-33-33-33-3")
	want := 1. + 2 + 102 + 103
	for i := range 6 {
		want += float64(3 + 18*i)
		if i < 5 {
			want += float64(12 + 18*i)
		}
	}
	for name, sum := range map[string]func() (float64, error){
		"table": func() (float64, error) { return table.LatencyMs(narrow, a) },
		"indexed": func() (float64, error) {
			x, err := table.Index(narrow)
			if err != nil {
				return 0, err
			}
			return x.LatencyMs(a)
		},
	} {
		if ms, err := sum(); err != nil || math.Abs(ms-want/1000) > 1e-12 {
			t.Errorf("%s: %v, %v, want %v", name, ms, err, want/1000)
		}
	}
	// OFA's own MobileNetV3 reader takes this file by default, and stumbles: here the
	// error names what is missing.
	mbv3, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.LatencyMs(mbv3, mbv3.Largest()); err == nil || !strings.Contains(err.Error(), "lacks") {
		t.Errorf("another space: %v", err)
	}
	if _, err := lut.WriteDir(t.TempDir(), table); err == nil || !strings.Contains(err.Error(), "ProxylessNAS' form") {
		t.Errorf("written in OFA's format: %v", err)
	}
}

// A Jetson table in DynamicOFA's form: JSON, one file a resolution or all in one,
// with six rows that are Note10's.
func TestJetsonTables(t *testing.T) {
	type row struct {
		Count int     `json:"count"`
		Mean  float64 `json:"mean"`
		Std   float64 `json:"std"`
	}
	files := map[string]map[string]row{}
	for _, r := range []int{160, 224} {
		rows := map[string]row{}
		for key, e := range lut.Note10().Rows[r] {
			m := row{1000, 3 * e.MeanMs, e.StdMs}
			fixed := strings.Contains(key, fmt.Sprintf("-output:%dx%dx24-expand:24-", (r+1)/2, (r+1)/2))
			if !strings.HasPrefix(key, "expanded_conv") && !strings.HasPrefix(key, "AvgPool2D") || fixed {
				m = row{e.Count, e.MeanMs, e.StdMs}
			}
			rows[key] = m
		}
		files[strconv.Itoa(r)] = rows
	}
	one := filepath.Join(t.TempDir(), "jetson_gpu.json")
	dir := filepath.Join(t.TempDir(), "jetson_gpu")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	save := func(path string, v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save(one, files)
	for r, rows := range files {
		save(filepath.Join(dir, r+"_lookup_table.json"), rows)
	}
	for _, path := range []string{one, dir} {
		table, err := lut.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if table.Device != "jetson_gpu" || table.SpaceID != "mbv3-w1.2" || !slices.Equal(table.Resolutions(), []int{160, 224}) {
			t.Errorf("%s: device %s, space %s, resolutions %v", path, table.Device, table.SpaceID, table.Resolutions())
		}
		copied := table.CopiedFrom(lut.Note10())
		if len(copied) != 2 || len(copied[160]) != 5 || !strings.HasPrefix(copied[160][0], "Conv-") {
			t.Errorf("copied rows: %v", copied)
		}
	}
	if n := len(lut.Note10().CopiedFrom(&lut.Table{})); n != 0 {
		t.Errorf("%d resolutions copied from nothing", n)
	}
}

func TestOpenFaults(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, want := range map[string]string{
		"nowhere":   "neither a file or folder nor one of the shipped tables: ",
		t.TempDir(): "no table: want files like 160_lookup_table.yaml",
		file("t.yaml", "a: {count: 1, mean: 2, std: 0}"):                           "of which resolution",
		file("160.json", `{"160": {"a": {"count": 1, "mean": -2, "std": 0}}}`):     "-2 is no time",
		file("161.json", `{"160": {"a": {"count": 1}}, "b": {"c": {"count": 1}}}`): "161.json: 160: a: needs mean",
		file("162.json", `{"160": {"a": 1}, "b": {"c": 1}}`):                       `key "b": want a resolution`,
		file("v.yaml", "a: {count: 1, mean: 2, var: -1}"):                          "var is -1",
		file("x.csv", "resolution,layer,count,mean_ms,std_ms\n160,a,1,x,0\n"):      "x.csv:2",
		file("z.gz", "\x1f\x8bno gzip"):                                            "z.gz: unexpected EOF",
	} {
		if _, err := lut.Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s…", path, err, want)
		}
	}
	twice := t.TempDir()
	for _, name := range []string{"160.yaml", "160.json"} {
		if err := os.WriteFile(filepath.Join(twice, name), []byte("a: {count: 1, mean: 2, std: 0}"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := lut.Open(twice); err == nil || !strings.Contains(err.Error(), "has another file already") {
		t.Errorf("two files of one resolution: %v", err)
	}
}

// ofaReader sums a table as OFA's own code does, restated from the description of its
// keys: it reads YAML lines and puts the keys together from OFA's own lists.
func ofaReader(t *testing.T, text string, c space.OFAConfig) float64 {
	t.Helper()
	means := map[string]float64{}
	key := ""
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		l := lines.Text()
		if !strings.HasPrefix(l, " ") {
			key = strings.TrimSuffix(l, ":")
		} else if v, ok := strings.CutPrefix(strings.TrimSpace(l), "mean: "); ok {
			ms, err := strconv.ParseFloat(v, 64)
			if err != nil || !strings.Contains(v, ".") {
				t.Fatalf("%q is no float for YAML 1.1", v)
			}
			means[key] = ms
		}
	}
	total := 0.
	add := func(format string, args ...any) {
		ms, ok := means[fmt.Sprintf(format, args...)]
		if !ok {
			t.Fatalf("no row "+format, args...)
		}
		total += ms
	}
	r := c.Resolutions[0]
	size := (r + 1) / 2
	add("Conv-input:%dx%dx3-output:%dx%dx24", r, r, size, size)
	add("expanded_conv-input:%dx%dx24-output:%dx%dx24-expand:24-kernel:3-stride:1-idskip:1-se:0-hs:0", size, size, size, size)
	in := 24
	for stage, s := range []struct{ width, stride, se, hs int }{{32, 2, 0, 0}, {48, 2, 1, 0}, {96, 2, 0, 1}, {136, 1, 1, 1}, {192, 2, 1, 1}} {
		for p := range c.Depths[stage] {
			slot, stride, skip := 4*stage+p, 1, 1
			if p == 0 {
				stride, skip = s.stride, 0
			}
			out := (size-1)/stride + 1
			add("expanded_conv-input:%dx%dx%d-output:%dx%dx%d-expand:%d-kernel:%d-stride:%d-idskip:%d-se:%d-hs:%d",
				size, size, in, out, out, s.width, in*c.Expands[slot], c.Kernels[slot], stride, skip, s.se, s.hs)
			size, in = out, s.width
		}
	}
	add("Conv_1-input:%dx%dx192-output:%dx%dx1152", size, size, size, size)
	add("AvgPool2D-input:%dx%dx1152-output:1x1x1152", size, size)
	add("Conv_2-input:1x1x1152-output:1x1x1536")
	add("Logits-input:1x1x1536-output:1000")
	return total
}

func TestOFAsReaderGivesTheSameTotals(t *testing.T) {
	dir := t.TempDir()
	files, err := lut.WriteDir(dir, lut.Note10())
	if err != nil || len(files) != 17 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	rng := random.Stream(1, "reader")
	s := wide(t)
	for range 200 {
		a := s.Sample(rng)
		want, err := lut.Note10().LatencyMs(s, a)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, lut.FileName(a.Resolution)))
		if err != nil {
			t.Fatal(err)
		}
		if got := ofaReader(t, string(text), *a.OFA()); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: OFA's reader says %v, the table %v", a, got, want)
		}
	}
	back, err := lut.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range back.Resolutions() {
		for key, e := range back.Rows[r] {
			if e != lut.Note10().Rows[r][key] {
				t.Fatalf("%d %s: %v came back as %v", r, key, lut.Note10().Rows[r][key], e)
			}
		}
	}
	var b bytes.Buffer
	if err := lut.WriteYAML(&b, map[string]lut.Entry{"k": {Count: 1, MeanMs: 1e-7, StdMs: 3}}); err != nil || b.String() != "k:\n  count: 1\n  mean: 0.0000001\n  std: 3.0\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}
