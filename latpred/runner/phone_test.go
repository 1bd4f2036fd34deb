package runner

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
)

// said collects notes.
type said struct {
	mu   sync.Mutex
	list []string
}

func (s *said) notes() *measure.Notes {
	return measure.NewNotes(func(text string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.list = append(s.list, text)
	})
}

func (s *said) has(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.list, func(l string) bool { return strings.Contains(l, text) })
}

// aPhone is a stand-in for adb with a phone that has the tool, and the outputs of small.
func aPhone(t *testing.T) standin {
	t.Helper()
	s := install(t, "adb")
	if err := os.MkdirAll(s.file("fs"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.set("fs/benchmark_model", "")
	_, _, v := small(t)
	s.set("outputs", floats(t, v.Logits))
	old := poll
	poll = 20 * time.Millisecond
	t.Cleanup(func() { poll = old })
	return s
}

// timeOnce opens a runtime and times the small network in it.
func timeOnce(t *testing.T, name string, o Options) (ms float64, device *measure.Device, err error) {
	t.Helper()
	s, a, _ := small(t)
	r, err := Open(t.Context(), name, o)
	if err != nil {
		return 0, nil, err
	}
	defer r.Close()
	device = r.Device(s, "", measure.Config{})
	n, err := device.Network(a)
	if err != nil {
		return 0, device, err
	}
	defer n.Close()
	ms, err = n.Run(t.Context())
	return ms, device, err
}

func TestPhone(t *testing.T) {
	s := aPhone(t)
	var notes said
	ms, d, err := timeOnce(t, "litert-adb", Options{Notes: notes.notes()})
	if err != nil {
		t.Fatal(err)
	}
	model, err := filepath.Glob(s.file("fs") + "/latpred-*.tflite")
	if err != nil || len(model) != 1 {
		t.Fatalf("on the phone: %v, %v", model, err)
	}
	file, err := os.Stat(model[0])
	if err != nil {
		t.Fatal(err)
	}
	if want := float64(file.Size()) / 1e6; math.Abs(ms-want) > 1e-5*want { // the stand-in's median
		t.Errorf("%v ms, want %v", ms, want)
	}
	if d.Header.Device != "sm-n970f-litert-f32-b1-t1" || d.Header.Machine["android"] != "12" || d.Header.Command != "runner litert-adb" {
		t.Errorf("%+v", d.Header)
	}
	if !notes.has("benchmark_model: median of the timed runs") {
		t.Errorf("notes: %q", notes.list)
	}
	if log := s.get("log", ""); !strings.Contains(log, "rm -f "+phoneDir+"/latpred-") || !strings.Contains(log, "--num_runs=10") {
		t.Errorf("asked of the phone:\n%s", log)
	}
}

// What goes by is waited for; what doesn't is told in one line.
func TestPhoneFaults(t *testing.T) {
	_, _, v := small(t)
	for name, c := range map[string]struct {
		set   map[string]string
		o     Options
		fails string // "": it does not
		note  string
	}{
		"none attached":     {set: map[string]string{"devices": "\n"}, fails: "no device is attached"},
		"two attached":      {set: map[string]string{"devices": oneDevice + "emulator-5554 device product:sdk model:sdk_gphone\n"}, fails: "2 devices are attached: --device SERIAL chooses of R58M12ABC (SM_N970F), emulator-5554 (sdk_gphone)"},
		"one of two":        {set: map[string]string{"devices": oneDevice + "emulator-5554 offline\n"}, o: Options{Serial: "R58M12ABC"}},
		"another serial":    {o: Options{Serial: "XYZ"}, fails: "no device XYZ is attached: there is R58M12ABC (SM_N970F)"},
		"offline":           {set: map[string]string{"devices": "R58M12ABC offline transport_id:1\n"}, fails: "is offline: plug it in again"},
		"unauthorized":      {set: map[string]string{"devices": "R58M12ABC unauthorized usb:1\n"}, fails: "allow USB debugging"},
		"no permissions":    {set: map[string]string{"devices": "R58M12ABC no permissions (user in plugdev group; are your udev rules wrong?); see [http://developer.android.com]\n"}, fails: "udev rules"},
		"in recovery":       {set: map[string]string{"devices": "R58M12ABC recovery\n"}, fails: `in state "recovery"`},
		"gone for a moment": {set: map[string]string{"gone": "2"}, note: "the device is gone"},
		"gone":              {set: map[string]string{"gone": "100000"}, o: Options{Heat: Heat{Wait: 200 * time.Millisecond}}, fails: "was not back after 200ms"},
		"torn once":         {set: map[string]string{"torn": "1"}, note: "the output is torn"},
		"always torn":       {set: map[string]string{"torn": "100000"}, fails: "the output is torn"},
		"asks":              {set: map[string]string{"prompt": "1"}, o: Options{Timeout: 2 * time.Second}, fails: `asks "Overwrite the cache? (y/n)"`},
		"forgets files":     {set: map[string]string{"forgets": "1"}, note: "its file was gone"},
		"hot for a moment":  {set: map[string]string{"temperature": "431 405 398"}, note: "has 43.1 °C (at most 40)"},
		"hot":               {set: map[string]string{"temperature": "431"}, o: Options{Heat: Heat{Wait: 200 * time.Millisecond}}, fails: "has 43.1 °C (at most 40) and its thermal status is 0 (want 0) after waiting 200ms"},
		"throttled":         {set: map[string]string{"thermal": "2"}, o: Options{Heat: Heat{Wait: 200 * time.Millisecond}}, fails: "its thermal status is 2"},
		"allowed to be hot": {set: map[string]string{"temperature": "431"}, o: Options{Heat: Heat{MaxC: 45}}},
		"empty":             {set: map[string]string{"level": "9"}, fails: "battery is at 9 %, want 15 at least"},
		"other outputs":     {set: map[string]string{"outputs": floats(t, make([]float32, len(v.Logits)))}, fails: "it runs another network"},
		"fewer outputs":     {set: map[string]string{"outputs": floats(t, v.Logits[1:])}, fails: "9 numbers, want 10"},
		"half a number":     {set: map[string]string{"outputs": "abc"}, fails: "3 bytes are no float32 numbers"},
		"writes no outputs": {set: map[string]string{"outputs": "none"}, note: "outputs are not compared"},
		"half precision":    {o: Options{Precision: "f16"}, fails: "float32 alone"},
	} {
		t.Run(name, func(t *testing.T) {
			s := aPhone(t)
			for file, text := range c.set {
				s.set(file, text)
			}
			var notes said
			o := c.o
			o.NoCheck = !strings.Contains(name, "outputs") && name != "half a number" // comparing takes a while
			o.Notes = notes.notes()
			ms, _, err := timeOnce(t, "litert-adb", o)
			if c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("%v ms, %v, want …%s…", ms, err, c.fails)
			}
			if c.fails == "" && (err != nil || !(ms > 0)) {
				t.Errorf("%v ms, %v", ms, err)
			}
			if c.note != "" && !notes.has(c.note) {
				t.Errorf("notes %q, want …%s…", notes.list, c.note)
			}
		})
	}
}

// A phone without the tool, and one that gets it.
func TestPhoneTool(t *testing.T) {
	s := aPhone(t)
	if err := os.Remove(s.file("fs/benchmark_model")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := timeOnce(t, "litert-adb", Options{}); err == nil || !strings.Contains(err.Error(), "name it with --tool") {
		t.Errorf("without a tool: %v", err)
	}
	tool := filepath.Join(t.TempDir(), "benchmark_model_arm64")
	if err := os.WriteFile(tool, []byte("tool"), 0o755); err != nil {
		t.Fatal(err)
	}
	if ms, _, err := timeOnce(t, "litert-adb", Options{Tool: tool}); err != nil || !(ms > 0) {
		t.Errorf("with a tool: %v, %v", ms, err)
	}
}

// A phone that goes away in the middle keeps what is in the journal, and the campaign goes
// on from there.
func TestPhoneGoesAwayAndResumes(t *testing.T) {
	s := aPhone(t)
	sp, _, _ := small(t)
	archs, err := measure.Sample(sp, 1, 4)
	if err != nil {
		t.Fatal(err)
	}
	journal := filepath.Join(t.TempDir(), "j")
	campaign := func(observe func(measure.Progress)) (*measure.Journal, error) {
		r, err := Open(t.Context(), "litert-adb", Options{NoCheck: true, Heat: Heat{Wait: 100 * time.Millisecond}})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		d := r.Device(sp, "", measure.Config{Group: 2, Rounds: 2, Extra: -1})
		d.NoAnchors = true
		return d.Nets(t.Context(), archs, 1, journal, observe)
	}
	j, err := campaign(func(p measure.Progress) {
		if p.Units == 2 {
			s.set("gone", "100000")
		}
	})
	if err == nil || !strings.Contains(err.Error(), "was not back") || len(j.Results()) != 2 {
		t.Fatalf("gone: %v, %d results", err, len(j.Results()))
	}
	s.set("gone", "0")
	if j, err = campaign(nil); err != nil || len(j.Results()) != 4 {
		t.Errorf("back: %v, %d results", err, len(j.Results()))
	}
	if got := j.Results()[0]; got.Runs != 20 || j.Header.Statistic != "median of rounds' medians" {
		t.Errorf("%+v of %q", got, j.Header.Statistic)
	}
}

func TestPhoneStopsAtInterrupt(t *testing.T) {
	s := aPhone(t)
	s.set("temperature", "500")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	sp, a, _ := small(t)
	r, err := Open(ctx, "litert-adb", Options{NoCheck: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n, err := r.Device(sp, "", measure.Config{}).Network(a)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	begin := time.Now()
	go func() { time.Sleep(200 * time.Millisecond); cancel() }()
	if _, err := n.Run(ctx); err == nil || time.Since(begin) > 4*time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}

// A client that starts a server which keeps its output open has ended all the same.
func TestCallLeavesServersBehind(t *testing.T) {
	start := time.Now()
	c, err := call(t.Context(), time.Minute, "sh", "-c", "sleep 30 & echo $!; exit 3")
	if err != nil || c.exit != 3 || time.Since(start) > 20*time.Second {
		t.Errorf("%+v, %v after %v", c, err, time.Since(start))
	}
	if c, err := call(t.Context(), time.Minute, "sh", "-c", "printf 'a\r\n'; echo b >&2; exit 4"); err != nil || c.exit != 4 || c.out != "a\nb\n" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := call(t.Context(), time.Minute, "no-such-tool"); err == nil {
		t.Error("a tool that is not there was called")
	}
}
