package dataset

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// words are the words of a column's name, in lower case: "Latency (ms)", "latency_ms" and
// "latencyMs" are latency and ms.
func words(name string) []string {
	name = microSigns.Replace(name)
	var list []string
	start := -1
	cut := func(end int) {
		if start >= 0 {
			list = append(list, strings.ToLower(name[start:end]))
		}
		start = -1
	}
	var before rune
	for i, c := range name {
		switch {
		case !unicode.IsLetter(c) && !unicode.IsDigit(c) || c == utf8.RuneError:
			cut(i)
		case start < 0:
			start = i
		case unicode.IsUpper(c) && unicode.IsLower(before):
			cut(i)
			start = i
		}
		before = c
	}
	cut(len(name))
	return list
}

// key is a name without case, spaces and punctuation.
func key(name string) string { return strings.Join(words(name), "") }

// wordSet makes a set of words that stand in a text.
func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// Keys of columns with one meaning each.
var (
	archKeys = wordSet(`arch archs architecture architectures subnetwork subnet subnets network net config cfg configuration
		netconfig archconfig subnetconfig subnetworkconfig networkconfig modelconfig architectureconfig ofaconfig archcfg
		netcfg archstr archstring architecturestring archdict architecturedict archtext configdict genotype gene genome model sample
		candidate setting settings netsetting archencoding child childnet archkey configstr netstr`)
	runKeys  = wordSet("runs nruns numruns numberofruns repeats repetitions numrepeats nrepeats iterations iters timedruns")
	dateKeys = wordSet("measuredat date datetime timestamp when time measured created createdat")
)

// condition is a kind of column that must have one value in all rows of a set.
type condition struct {
	what  string          // in the plural, for people
	keys  map[string]bool // of its columns
	words map[string]bool // in names of other columns that have it, if their cells fit
	whole bool            // its values are whole numbers, otherwise words
}

// conditions are what makes rows measurements of different things.
var conditions = []condition{
	{"devices", wordSet("device deviceid devicename devices target targetdevice runon ranon measuredon testedon server node hardware hardwareid hardwarename board platform phone machine host hostname soc chip accelerator processor gpu gpuname cpu cpuname gpumodel cpumodel hw hwid"),
		wordSet("device hardware hw board phone platform machine soc chipset accelerator processor host gpu cpu npu tpu"), false},
	{"batch sizes", wordSet("batch batchsize bs imagesperpass"), wordSet("batch batchsize"), true},
	{"spaces", wordSet("space searchspace spaceid supernet family width widthmult widthmultiplier wid"), wordSet("space supernet family backbone"), false},
	{"units", wordSet("unit units latencyunit timeunit latencyunits timeunits"), wordSet("unit units"), false},
	{"precisions", wordSet("precision dtype datatype quantization quantisation quant quantized numerics"), wordSet("precision dtype quantization quantisation"), false},
	{"numbers of threads", wordSet("threads nthreads numthreads numberofthreads cores ncores numcores"), wordSet("threads cores"), true},
	{"runtimes", wordSet("backend framework engine runtime runtimename delegate provider executionprovider compiler inferenceengine library"),
		wordSet("backend framework engine delegate provider compiler"), false},
}

// countingWords are those of names of columns that count rows.
var countingWords = wordSet("id idx index no step")

const (
	ofDevices = iota
	ofBatches
	ofSpaces
	ofUnits
)

// Words of columns of times. A name made of these alone, with one of core or mean, is a
// latency; with one of deviation, its standard deviation.
var (
	coreWords      = wordSet("latency latencies lat time times runtime duration elapsed delay")
	meanWords      = wordSet("mean avg average median med p50 q50")
	deviationWords = wordSet("std stdev stddev sd deviation sigma")
	otherWords     = wordSet(`measured real actual true observed inference infer forward pass exec execution run wall clock compute
		gpu cpu npu dsp tpu device mobile phone end to e2e model net network standard in`)
)

// Words of columns of rates: rateWords tell one alone, countedWords before "/s".
var (
	rateWords    = wordSet("fps qps ips throughput")
	countedWords = wordSet("imgs images img image inferences inference samples frames queries")
)

// isRate reports whether a name is that of a rate, such as fps or "images per second", and
// not of a time.
func isRate(name string) bool {
	list := words(name)
	if slices.ContainsFunc(list, func(w string) bool { return rateWords[w] }) {
		return true
	}
	last := len(list) - 1
	if last < 1 {
		return false
	}
	u, ok := unitOf(list[last])
	counted := list[last-1] == "per" || strings.Contains(name, "/") && countedWords[list[last-1]]
	return ok && u.name == "s" && counted && !slices.ContainsFunc(list, func(w string) bool { return coreWords[w] })
}

// timeName is what the name of a column of times tells.
type timeName struct {
	latency   bool
	deviation bool // of a latency
	like      bool // perhaps a latency, of something or in a sense that is not known
	unit      unit
}

// readTimeName tells whether a name is that of a latency or its deviation, and its unit.
func readTimeName(name string) timeName {
	var t timeName
	core, mean, letter := false, false, false
	foreign := false
	list := splitUnits(words(name))
	for i, w := range list {
		if u, ok := unitOf(w); ok && (w != "s" || i == len(list)-1) {
			foreign = foreign || t.unit.name != ""
			t.unit = u
			continue
		}
		switch {
		case coreWords[w]:
			core = true
		case meanWords[w]:
			mean = true
		case w == "t":
			letter = true
		case deviationWords[w]:
			t.deviation = true
		case !otherWords[w]:
			foreign = true
		}
	}
	t.like = core || t.unit.name != "" && !t.deviation
	if foreign {
		return timeName{unit: t.unit, like: t.like}
	}
	alone := t.unit.name == "ms" || t.unit.name == "µs" // as in ms, gpu_us
	t.latency = (core || mean || alone || letter && t.unit.name != "") && !t.deviation
	return t
}

// splitUnits takes units off words that they are written together with, as in latencyms.
func splitUnits(list []string) []string {
	var out []string
	for _, w := range list {
		for _, u := range []string{"ms", "us", "ns", "sec", "seconds"} {
			if stem, ok := strings.CutSuffix(w, u); ok && (coreWords[stem] || meanWords[stem] || deviationWords[stem]) {
				out = append(out, stem)
				w = u
				break
			}
		}
		out = append(out, w)
	}
	return out
}

// conditionNamed finds the condition that a column of this name tells, or none.
func conditionNamed(name string) int {
	k := key(name)
	return slices.IndexFunc(conditions, func(c condition) bool { return c.keys[k] })
}

// conditionOf finds the condition that a column tells, or none, by its name and its first
// cell: a precision of 0.73 is no type of numbers, a width of 224 no multiplier. exact
// reports whether the name is known, rather than a word in it.
func conditionOf(name, cell string) (of int, exact bool) {
	cell = strings.TrimSpace(cell)
	v, err := strconv.ParseFloat(strings.Replace(cell, ",", ".", 1), 64)
	number := err == nil
	if of = conditionNamed(name); of != none {
		const widest = 10 // multiplier of channels
		if number && (of == ofSpaces && v > widest || of != ofSpaces && v != math.Trunc(v)) {
			return none, false
		}
		return of, true
	}
	list := words(name)
	has := func(set map[string]bool) bool {
		return slices.ContainsFunc(list, func(w string) bool { return set[w] })
	}
	_, noDate := parseTime(cell)
	for i, c := range conditions {
		fits := c.whole && number && v == math.Trunc(v) && !has(countingWords) || !c.whole && isText(cell) && noDate != nil
		if fits && has(c.words) {
			return i, false
		}
	}
	return none, false
}
