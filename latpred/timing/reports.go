package timing

import (
	"regexp"
	"strconv"
	"strings"
)

// Report is the form of a tool's report.
type Report struct {
	Tool string // the tool's name, for people
	ways []way  // tried in order
}

// way finds a number in a report: the first group is the number, the second, where there
// is one, its unit.
type way struct {
	what    string
	pattern *regexp.Regexp
	ms      float64 // of the number without a unit
}

func by(what, pattern string, ms float64) way {
	pattern = strings.NewReplacer("NUM", `(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)`, "UNIT", `(ns|us|µs|μs|ms|s|sec|msec|usec|nsec)`).Replace(pattern)
	return way{what, regexp.MustCompile(pattern), ms}
}

// Reports are the known reports, in the order in which they are tried. Of a tool that
// was run several times the fastest report counts.
var Reports = []Report{
	{"trtexec", []way{
		by("median of GPU Compute Time", `GPU Compute Time: [^\n]*median = NUM UNIT`, 0),
		by("median of GPU compute", `(?s)\] GPU Compute\n[^\n]*min: [^\n]*\n[^\n]*max: [^\n]*\n[^\n]*mean: [^\n]*\n[^\n]*median: NUM UNIT`, 0), // TensorRT 7
	}},
	{"benchmark_model", []way{ // the last line of runs before the summary is of the timed ones
		by("median of the timed runs", `count=[^\n]*\bmedian=NUM[^\n]*\n(?:[^\n]*\n){0,2}?[^\n]*Inference timings in us:`, 1e-3),
		by("mean of the timed runs, as this version prints no median", `Inference timings in us:[^\n]*Inference \(avg\): NUM`, 1e-3),
		by("mean of the timed runs, as this version prints no median", `Inference timings in us:[^\n]*Inference: NUM`, 1e-3), // before TensorFlow 2.1
	}},
	{"onnxruntime_perf_test", []way{
		by("P50 Latency", `P50 Latency(?: is|:) NUM ?UNIT`, 0),
		by("average", `Average inference time cost: NUM UNIT`, 0),
	}},
	{"torch.utils.benchmark", []way{
		by("median", `Measurement object at [^\n]*\n(?:[^\n]*\n)*?\s*Median: NUM UNIT`, 0),
		by("its one measurement", `Measurement object at [^\n]*\n(?:[^\n]*\n)*?\s*NUM UNIT\n\s*1 measurement`, 0),
	}},
	{"timeit", []way{
		by("best", `\d+ loops?, best of \d+: NUM UNIT per loop`, 0),
		by("mean", `NUM UNIT ± [^\n]* per loop \(mean ± std`, 0), // IPython
	}},
	{"benchmark_app", []way{
		by("median", `(?s)Latency:\s*\n[^\n]*Median:\s*NUM UNIT`, 0), // OpenVINO
	}},
	{"speed_benchmark_torch", []way{
		by("mean of the main run", `Main run finished\.\s*(?:Microseconds per iter|us per iter): NUM`, 1e-3),
		by("mean of the main run", `Main run finished\.\s*Milliseconds per iter: NUM`, 1),
	}},
	{"benchncnn", []way{
		by("mean", `min =\s*(?:\d[\d.]*)\s+max =\s*(?:\d[\d.]*)\s+avg =\s*NUM`, 1),
	}},
	{"MNN", []way{
		by("mean", `max =\s*[\d.]+ ?ms\s+min =\s*[\d.]+ ?ms\s+avg =\s*NUM ?UNIT`, 0),
	}},
}

// read gives the time of a report in milliseconds, its unit and which number it is; 0 if
// the text is not of this form.
func (r Report) read(text string) (ms float64, unit, what string) {
	for _, w := range r.ways {
		for _, m := range w.pattern.FindAllStringSubmatch(text, -1) {
			v, err := strconv.ParseFloat(m[1], 64)
			factor, told := w.ms, r.Tool+"'s"
			if len(m) > 2 {
				factor, told = unitMs[m[2]], m[2]
			}
			if err == nil && v*factor > 0 && (ms == 0 || v*factor < ms) {
				ms, unit, what = v*factor, told, w.what
			}
		}
		if ms > 0 {
			return ms, unit, what
		}
	}
	return 0, "", ""
}
