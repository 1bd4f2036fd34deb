package gpurecord

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/atomicfile"
)

// Report is a record's result.
type Report struct {
	Hardware string  `json:"hardware"`
	Parts    []Part  `json:"parts"`
	Best     string  `json:"best,omitempty"` // setting
	Sweep    []Tried `json:"sweep,omitempty"`
	// TorchMs are PyTorch's latencies of the anchors, in the record's precision; nil: PyTorch
	// was not there. Ratio is ours at the best setting over it, over all anchors.
	TorchMs []float64 `json:"torch_ms,omitempty"`
	Ratio   float64   `json:"ratio,omitempty"`
}

// report collects what became of the parts, and writes it.
func (r *recorder) report() (*Report, error) {
	out := &Report{Hardware: r.Hardware}
	for _, p := range r.parts() {
		var done Part
		if r.load("parts/"+p.name+".json", &done) == nil {
			out.Parts = append(out.Parts, done)
		}
	}
	_ = r.load("sweep.json", &out.Sweep) // there may be none
	best, err := r.best()
	if err == nil {
		out.Best = best.String()
	}
	out.TorchMs = r.torchMs()
	for _, t := range out.Sweep {
		if t.Setting == best && len(out.TorchMs) == len(t.LatencyMs) && out.TorchMs != nil {
			out.Ratio = sum(t.LatencyMs) / sum(out.TorchMs)
		}
	}
	if err := r.save("report.json", out); err != nil {
		return nil, err
	}
	return out, atomicfile.Write(r.path("report.md"), func(w io.Writer) error {
		_, err := io.WriteString(w, out.Markdown())
		return err
	})
}

// torchMs reads what torch_nets.py printed.
func (r *recorder) torchMs() (list []float64) {
	text, err := os.ReadFile(r.path("torch.json"))
	if err != nil {
		return nil
	}
	lines := json.NewDecoder(bytes.NewReader(text))
	for {
		var line struct{ Ms float64 }
		if lines.Decode(&line) != nil {
			return list
		}
		list = append(list, line.Ms)
	}
}

// Markdown is the report for people.
func (r *Report) Markdown() string {
	var s strings.Builder
	fmt.Fprintf(&s, "# Record of %s\n\n| part | begun | seconds | |\n| --- | --- | --: | --- |\n", r.Hardware)
	for _, p := range r.Parts {
		result := "done"
		if p.Error != "" {
			result, _, _ = strings.Cut(p.Error, "\n")
		}
		fmt.Fprintf(&s, "| %s | %s | %.1f | %s |\n", p.Name, p.At.Format(time.DateTime), p.Seconds, result)
	}
	fmt.Fprintf(&s, "\n| setting | latencies of the anchors (ms) | compiling one (s) | a later one (s) | |\n| --- | --- | --: | --: | --- |\n")
	for _, t := range r.Sweep {
		var ms []string
		for _, v := range t.LatencyMs {
			ms = append(ms, fmt.Sprintf("%.3f", v))
		}
		note, _, _ := strings.Cut(t.Error, "\n")
		if t.Setting.String() == r.Best {
			note = "chosen"
		}
		fmt.Fprintf(&s, "| %v | %s | %.2f | %.2f | %s |\n", t.Setting, strings.Join(ms, ", "), t.FirstS, t.LaterS, note)
	}
	if r.Ratio > 0 {
		fmt.Fprintf(&s, "\nPyTorch takes %.3f ms for the anchors; %s takes %.2f times as long.\n", r.TorchMs, r.Best, r.Ratio)
	}
	return s.String()
}

// untilMost is the time until a part's end that its commands may use.
func untilMost(end time.Time) time.Duration {
	return max(3*time.Second, time.Until(end)-6*time.Second).Round(time.Millisecond)
}
