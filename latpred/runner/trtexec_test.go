package runner

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTrtexec(t *testing.T) {
	summary, err := filepath.Abs("../timing/testdata/trtexec8.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, _, v := small(t)
	for name, c := range map[string]struct {
		set   map[string]string
		o     Options
		fails string
		asked string
	}{
		"right":         {asked: "--iterations=10"},
		"half":          {o: Options{Precision: "f16", Runs: 20}, asked: "--fp16"},
		"without TF32":  {o: Options{Precision: "f32"}, asked: "--noTF32"},
		"torn once":     {set: map[string]string{"torn": "1"}},
		"always torn":   {set: map[string]string{"torn": "100"}, fails: "no median of GPU Compute Time"},
		"no memory":     {set: map[string]string{"no memory": "1"}, fails: "out of memory"},
		"other outputs": {set: map[string]string{"outputs": exported(t, make([]float32, len(v.Logits)))}, fails: "it runs another network"},
		"no tool":       {o: Options{Tool: "no-such-trtexec"}, fails: "comes with TensorRT"},
	} {
		t.Run(name, func(t *testing.T) {
			s := install(t, "trtexec")
			s.set("summary", summary)
			s.set("outputs", exported(t, v.Logits))
			for file, text := range c.set {
				s.set(file, text)
			}
			c.o.Timeout = time.Minute
			c.o.NoCheck = !strings.Contains(name, "outputs") && name != "right" // comparing takes a while
			ms, d, err := timeOnce(t, "trtexec", c.o)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("%v, %v, want …%s…", ms, err, c.fails)
				}
				return
			}
			if err != nil || ms != 5.06 {
				t.Errorf("%v, %v, want the summary's 5.06", ms, err)
			}
			if !strings.Contains(d.Header.Device, "-tensorrt-") || !strings.HasSuffix(d.Header.Device, "-b1") {
				t.Errorf("device %s", d.Header.Device)
			}
			if log := s.get("log", ""); !strings.Contains(log, c.asked) {
				t.Errorf("asked of trtexec, without %q:\n%s", c.asked, log)
			}
		})
	}
}
