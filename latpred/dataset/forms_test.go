package dataset_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
)

const large = "r224 d44444 k7777-7777-7777-7777-7777 e6666-6666-6666-6666-6666"

// smallJSON and largeJSON are the same networks as OFA's objects.
const (
	smallJSON = `{"ks": [3, 3, 0, 0, 3, 3, 0, 0, 3, 3, 0, 0, 3, 3, 0, 0, 3, 3, 0, 0], "e": 3, "d": [2, 2, 2, 2, 2], "r": [160]}`
	largeJSON = `{"ks": 7, "e": 6, "d": 4, "r": 224}`
)

// read reads a table and joins its notes.
func read(t *testing.T, o dataset.Options, text string) (*dataset.Set, string, error) {
	t.Helper()
	set, err := o.Read(strings.NewReader(text), "f.csv")
	if err != nil {
		return nil, "", err
	}
	var notes []string
	for _, w := range set.Warnings {
		notes = append(notes, w.Message)
	}
	return set, strings.Join(notes, "\n"), nil
}

// fill puts the two networks into a text.
func fill(text string) string {
	return strings.NewReplacer("SMALL", small, "LARGE", large, "JSON1", smallJSON, "JSON2", largeJSON,
		"QUOTED1", `"`+strings.ReplaceAll(smallJSON, `"`, `""`)+`"`, "QUOTED2", `"`+strings.ReplaceAll(largeJSON, `"`, `""`)+`"`).Replace(text)
}

// Each text has the small network with 5.3369 ms and the large one with 12.5 ms, in a form
// that some program writes; the note, if any, says how it was read.
func TestForms(t *testing.T) {
	for name, c := range map[string]struct{ text, note string }{
		"ours":                   {"arch,latency_ms\nSMALL,5.3369\nLARGE,12.5\n", ""},
		"pairs":                  {"[(JSON1, 5.3369), (JSON2, np.float64(12.5))]", `latencies from column "latency", taken for milliseconds`},
		"pair a line":            {"(JSON1, 5.3369)\n(JSON2, 12.5)\n", `latencies from column "latency", taken for milliseconds`},
		"lists":                  {`[["SMALL", 5.3369], ["LARGE", 12.5]]`, `latencies from column "latency", taken for milliseconds`},
		"a map":                  {`{"SMALL": 5.3369, "LARGE": 12.5}`, `latencies from column "latency", taken for milliseconds`},
		"other order":            {"latency_ms,arch\n5.3369,SMALL\n12.5,LARGE\n", ""},
		"a spreadsheet's":        {"\ufeffarch;latency_ms\r\nSMALL;5,3369\r\nLARGE;12,5\r\n", ""},
		"quoted decimal commas":  {"arch,latency_ms\nSMALL,\"5,3369\"\nLARGE,\"12,5\"\n", ""},
		"told separator":         {"sep=;\r\narch;latency_ms\r\nSMALL;5,3369\r\nLARGE;12,5\r\n;;\r\n", ""},
		"tabs, decimal commas":   {"arch\tlatency_ms\nSMALL\t5,3369\nLARGE\t12,500\n", ""},
		"old Macs":               {"arch,latency_ms\rSMALL,5.3369\rLARGE,12.5\r", ""},
		"bars":                   {"arch|latency_ms\nSMALL|5.3369\nLARGE|12.5\n", ""},
		"Markdown":               {"| arch | latency_ms |\n|:-----|-----------:|\n| SMALL | 5.3369 |\n| LARGE | 12.5 |\n", ""},
		"comments":               {"# mine, of today\n\narch,latency_ms\n# first\nSMALL,5.3369\nLARGE,12.5\n", ""},
		"numpy.savetxt":          {"# arch,latency_ms\nSMALL,5.3369\nLARGE,12.5\n", ""},
		"a data frame's index":   {",arch,latency_ms\n0,SMALL,5.3369\n1,LARGE,12.5\n", "left out: column 1, which has no name"},
		"the index twice":        {"Unnamed: 0.1,Unnamed: 0,arch,latency_ms\n0,0,SMALL,5.3369\n1,1,LARGE,12.5\n", "left out: Unnamed: 0.1, Unnamed: 0"},
		"the index the network":  {",latency_ms\nSMALL,5.3369\nLARGE,12.5\n", `architectures are read from column ""`},
		"R's write.table":        {"\"arch\" \"latency_ms\"\n\"1\" \"SMALL\" 5.3369\n\"2\" \"LARGE\" 12.5\n", "left out: column 1, which has no name"},
		"R's row names":          {"arch\tlatency_ms\n1\tSMALL\t5.3369\n2\tLARGE\t12.5\n", "left out: column 1, which has no name"},
		"R's index":              {"\"\",\"arch\",\"latency_ms\"\n\"1\",\"SMALL\",5.3369\n\"2\",\"LARGE\",12.5\n", "left out: column 1, which has no name"},
		"a search tool's":        {"Sub-network,Date,Params,Latency (ms),Top-1 Acc (%)\nQUOTED1,2026-05-10 11:20:00.25,4,5.3369,73\nQUOTED2,2026-05-11 11:20:00.25,5,12.5,74\n", `architectures are read from column "Sub-network"; latencies from column "Latency (ms)", in milliseconds; left out: Params, Top-1 Acc (%)`},
		"a logger's":             {"net_config,lat\nQUOTED1,5.3369\nQUOTED2,12.5\n", `latencies from column "lat", taken for milliseconds`},
		"unquoted objects":       {"config,latency_ms\nJSON1,5.3369\nJSON2,12.5\n", `read from column "config"`},
		"objects between tabs":   {"config\tlatency_ms\nJSON1\t5.3369\nJSON2\t12.5\n", `read from column "config"`},
		"seconds":                {"arch,latency_s\nSMALL,0.0053369\nLARGE,1.25e-2\n", `latencies from column "latency_s", converted from s to milliseconds`},
		"microseconds":           {"arch,lat_us\nSMALL,5336.9\nLARGE,12500\n", "converted from µs to milliseconds"},
		"µs, decimal commas":     {"Architecture;Latenz;Latency [µs]\nSMALL;a;5336,9\nLARGE;b;12500\n", "converted from µs"},
		"µs in Latin-1":          {"arch,latency (\xb5s)\nSMALL,5336.9\nLARGE,12500\n", "converted from µs"},
		"nanoseconds":            {"arch,duration_ns\nSMALL,5336900\nLARGE,12500000\n", "converted from ns"},
		"camel case":             {"netConfig,meanLatencyMs\nSMALL,5.3369\nLARGE,12.5\n", "in milliseconds"},
		"units in cells":         {"arch,latency\nSMALL,5.3369 ms\nLARGE,12.5ms\n", "in milliseconds"},
		"other units in cells":   {"arch,latency\nSMALL,5336.9 us\nLARGE,12500µs\n", "converted from µs"},
		"units in both":          {"arch,latency_us\nSMALL,5336.9us\nLARGE,12500 usec\n", "converted from µs"},
		"a column of units":      {"arch,time,unit\nSMALL,0.0053369,s\nLARGE,0.0125,s\n", "converted from s"},
		"mean and deviation":     {"arch,mean_ms,std_ms,min_ms,p99_ms\nSMALL,5.3369,0.1,5,6\nLARGE,12.5,0.2,12,13\n", `latencies from column "mean_ms", in milliseconds; left out: min_ms, p99_ms`},
		"latency and its others": {"arch,latency_ms,latency_ms_std,latency_min,predicted_latency\nSMALL,5.3369,0.1,5,1\nLARGE,12.5,0.2,12,2\n", "left out: latency_min, predicted_latency"},
		"a time of two meanings": {"time,arch,runtime\n2026-05-10 11:20:00,SMALL,5.3369\n2026-05-10 11:21:00,LARGE,12.5\n", `latencies from column "runtime"`},
		"a runtime in words":     {"arch,time,runtime\nSMALL,5.3369,tflite\nLARGE,12.5,tflite\n", `latencies from column "time"`},
		"a column's parts":       {"ks,e,d,r,ms\n\"[3,3,0,0,3,3,0,0,3,3,0,0,3,3,0,0,3,3,0,0]\",3,\"[2,2,2,2,2]\",160,5.3369\n7,6,4,224,12.5\n", `architectures are read from the columns "ks", "e", "d", "r"`},
		"canonical words":        {"r,d,k,e,latency_ms\n160,22222,33-33-33-33-33,33-33-33-33-33,5.3369\n224,44444,7777-7777-7777-7777-7777,6666-6666-6666-6666-6666,12.5\n", "read from the columns"},
		"a resolution beside":    {"arch,resolution,latency_ms\nd22222 k33-33-33-33-33 e33-33-33-33-33,160,5.3369\n\"{\"\"ks\"\":7,\"\"e\"\":6,\"\"d\"\":4}\",224.0,12.5\n", ""},
		"an unknown name":        {"what,latency_ms\nSMALL,5.3369\nLARGE,12.5\n", `architectures are read from column "what"`},
		"several of the name":    {"model,config,latency_ms\nofa,SMALL,5.3369\nofa,LARGE,12.5\n", `read from column "config"; left out: model`},
		"records":                {`[{"arch": "SMALL", "latency_ms": 5.3369}, {"latency_ms": 12.5, "arch": "LARGE"}]`, ""},
		"records over lines":     {"[\n {\n  \"net_config\": JSON1,\n  \"latency\": 5.3369\n },\n {\n  \"net_config\": JSON2,\n  \"latency\": 12.5\n }\n]\n", `read from column "net_config"; latencies from column "latency", taken for`},
		"JSON lines":             {"{\"arch\": JSON1, \"lat_us\": 5336.9}\n{\"arch\": JSON2, \"lat_us\": 12500}\n", "converted from µs"},
		"printed by Python":      {"{'arch': {'ks': [3, 3, 0, 0, 3, 3, 0, 0, 3, 3, 0, 0, 3, 3, 0, 0, 3, 3, 0, 0], 'e': 3, 'd': (2, 2, 2, 2, 2), 'r': 160, 'wid': None}, 'latency_ms': np.float64(5.3369)}\n{'arch': JSON2, 'latency_ms': 12.5}\n", ""},
		"genes in records":       {`[{"ks": [3, 3, 0, 0, 3, 3, 0, 0, 3, 3, 0, 0, 3, 3, 0, 0, 3, 3, 0, 0], "e": 3, "d": 2, "r": 160, "latency_ms": 5.3369}, {"ks": 7, "e": 6, "d": 4, "r": 224, "latency_ms": 12.5}]`, `read from the columns "ks", "e", "d", "r"`},
		"pandas' columns":        {`{"arch":{"0":"SMALL","1":"LARGE"},"latency_ms":{"0":5.3369,"1":12.5}}`, ""},
		"columns, some left out": {`{"arch":{"3":"SMALL","7":"LARGE"},"latency_ms":{"3":5.3369,"7":12.5}}`, ""},
		"pandas' list":           {`{"arch":["SMALL","LARGE"],"latency_ms":[5.3369,12.5]}`, ""},
		"pandas' split":          {`{"columns":["arch","latency_ms"],"index":[0,1],"data":[["SMALL",5.3369],["LARGE",12.5]]}`, ""},
		"pandas' index":          {`{"0":{"arch":JSON1,"latency_ms":5.3369},"1":{"arch":JSON2,"latency_ms":12.5}}`, "left out: column 1, which has no name"},
		"keys are networks":      {`{"SMALL":{"latency_ms":5.3369},"LARGE":{"latency_ms":12.5}}`, `architectures are read from column ""`},
		"beside what holds":      {`{"device":"phone","unit":"us","results":[{"arch":"SMALL","latency":5336.9},{"arch":"LARGE","latency":12500}]}`, "converted from µs"},
		"words of like names":    {"arch,latency_ms,gpu temp,batch_id,device memory,cpu log\nSMALL,5.3369,60,1,1200,\nLARGE,12.5,61,2,1300,\n", "left out: gpu temp, batch_id, device memory, cpu log"},
		"numbers of like names":  {"arch,latency_ms,precision,width,height,gpu,acc,acc\nSMALL,5.3369,0.71,160,160,33.5,1,1\nLARGE,12.5,0.78,224,224,97.1,1,2\n", "left out: precision, width, height, gpu, acc, acc"},
		"a title above":          {"Measurements of today;\n;\narch;latency_ms\nSMALL;5,3369\nLARGE;12,5\n", "2 lines above the header left out"},
		"nested":                 {`[{"arch": "SMALL", "latency": {"mean": 5.3369, "std": 0.1, "unit": "ms"}}, {"arch": "LARGE", "latency": {"mean": 12.5, "std": 0.2, "unit": "ms"}}]`, `latencies from column "latency.mean"`},
	} {
		set, note, err := read(t, dataset.Options{}, fill(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if set.Rows != 2 || set.Samples[0].Arch != space.MustParse(small) || set.Samples[1].Arch != space.MustParse(large) ||
			set.Samples[0].LatencyMs != 5.3369 || set.Samples[1].LatencyMs != 12.5 {
			t.Errorf("%s: %+v", name, set.Samples)
		}
		if !strings.Contains(note, c.note) || c.note == "" && note != "" && !strings.Contains(note, "taken for milliseconds") {
			t.Errorf("%s: %q, want …%s…", name, note, c.note)
		}
	}
}

// A network in a column for each gene, as data frames write it: slots that are not in use are
// empty, and the others floats.
func TestGenesInColumns(t *testing.T) {
	header, row := "", ""
	for _, stem := range []string{"ks", "e"} {
		for slot := range 20 {
			header += stem + "_" + string(rune('0'+slot/10)) + string(rune('0'+slot%10)) + ","
			if slot%4 < 2 {
				row += "3.0"
			}
			row += ","
		}
	}
	text := header + "d0,d1,d2,d3,d4,resolution,latency_ms\n" + row + "2,2,2,2,2,160,5\n"
	set, note, err := read(t, dataset.Options{}, text)
	if err != nil || set.Samples[0].Arch != space.MustParse(small) || !strings.Contains(note, `"ks_00…ks_19", "e_00…e_19", "d0…d4", "resolution"`) {
		t.Errorf("%+v, %q, %v", set, note, err)
	}
}

// What else a table tells of its rows is kept, under other names too.
func TestOtherColumns(t *testing.T) {
	set, _, err := read(t, dataset.Options{}, "Architecture,Latency [us],stdev,num_runs,timestamp,Hardware,batch_size,space\n"+
		small+",5000,250,10.0,2026-01-02 03:04:05,phone,64.0,mbv3-w1.2\n"+small+",7000,nan,,,phone,64,mbv3-w1.2\n")
	if err != nil {
		t.Fatal(err)
	}
	want := dataset.Sample{Arch: space.MustParse(small), LatencyMs: 5, StdMs: .25, Runs: 10, Device: "phone",
		MeasuredAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if set.Samples[0] != want || set.Device != "phone" || set.Batch != 64 || set.SpaceID != "mbv3-w1.2" || set.Samples[1].StdMs != 0 {
		t.Errorf("%+v", set)
	}
}

// Where a file leaves open what is meant, the error says so, and options decide.
func TestColumnsAreNotGuessed(t *testing.T) {
	for text, want := range map[string]string{
		"arch,mean_ms,median_ms\nSMALL,5,6\n":                                                     `f.csv: several columns can be the latency: "mean_ms", "median_ms"`,
		"arch,gpu_ms,cpu_ms\nSMALL,5,6\n":                                                         `several columns can be the latency: "gpu_ms", "cpu_ms"`,
		"arch,Pixel 4 (ms),Note10 (ms)\nSMALL,5,6\n":                                              `several columns can be the latency: "Pixel 4 (ms)", "Note10 (ms)"`,
		"arch,latency_ms,Target Device\nSMALL,5,a b\nSMALL,6,c d\n":                               `rows of 2 different devices: a b (1 row), c d (1 row)`,
		"arch,latency_ms,input batch\nSMALL,5,1\nSMALL,6,8\n":                                     `rows of 2 different batch sizes`,
		"arch,latency_ms\nSMALL,5\narch,latency_ms\nLARGE,6\n":                                    `f.csv:3:1: the header once more: are two tables in one file?`,
		"arch,latency_ms,space\nSMALL,5,mbv3-w1.0\nSMALL,6,mbv3-w1.2\n":                           `rows of 2 different spaces: mbv3-w1.0 (1 row), mbv3-w1.2 (1 row)`,
		"arch,latency_ms,quantization\nSMALL,5,None\nSMALL,6,int8\n":                              `rows of 2 different precisions: None (1 row), int8 (1 row)`,
		"arch,latency_ms,delegate\nSMALL,5,\nSMALL,6,gpu\n":                                       `rows of 2 different runtimes: (empty) (1 row), gpu (1 row)`,
		"arch,latency_ms,\nSMALL,5,3369\n":                                                        `f.csv:2:45: 5,3369: does a decimal comma separate cells?`,
		"arch,latency_s,latency_us\nSMALL,5,6\n":                                                  `several columns can be the latency`,
		"arch,predicted_latency,acc\nSMALL,5,6\n":                                                 `no column is known as the latency; the columns are "arch", "predicted_latency", "acc"`,
		"arch,fps\nSMALL,5\n":                                                                     `no column is known as the latency`,
		"arch,min_ms\nSMALL,5\n":                                                                  `no column is known as the latency`,
		"arch,search_time\nSMALL,5\n":                                                             `no column is known as the latency`,
		"parent,child,latency_ms\nSMALL,LARGE,5\n":                                                ``,
		"subnet,config,latency_ms\nSMALL,LARGE,5\n":                                               `several columns can be the architecture: "subnet", "config"`,
		"before,after,latency_ms\nSMALL,LARGE,5\n":                                                `several columns can be the architecture: "before", "after"`,
		"net,latency_ms\nresnet50,5\n":                                                            `f.csv:2:1: architecture`,
		"id,latency_ms\n1,5\n":                                                                    `no column is known as the architecture; the columns are "id", "latency_ms"`,
		"SMALL,5.3\nLARGE,12.5\n":                                                                 `there is no header: "r160 d22222`,
		"arch,resolution,latency_ms\nSMALL,176,5\n":                                               `f.csv:2:45: resolution 176, but the architecture says 160`,
		"ks,e,latency_ms\n7,6,5\n":                                                                `no column is known as the architecture`,
		"arch,latency_ms,latency_ms\nSMALL,5,6\n":                                                 `column "latency_ms" is there twice`,
		"arch,latency_us\nSMALL,5 ms\n":                                                           `f.csv:2:45: "5 ms" in a column of µs`,
		"arch,latency_ms,unit\nSMALL,5,s\n":                                                       `"s", but the column "latency_ms" is in ms`,
		"arch,latency,unit\nSMALL,5,fps\n":                                                        `"fps" is no unit of time`,
		"arch,latency\nSMALL,5 fps\n":                                                             `"5 fps" is no finite number, and none with a unit of time`,
		"arch,latency\nSMALL,5 ms\nLARGE,5000 us\n":                                               `rows of 2 different units: ms (1 row), µs (1 row)`,
		"arch;latency_ms\nSMALL;1.234,5\n":                                                        `write it without a thousands separator`,
		"arch;latency_ms\nSMALL;12,5\nLARGE;1.234\n":                                              `f.csv:3:65: "1.234" has a decimal point, line 2 a comma`,
		"arch;latency_ms\nSMALL;12.5\nLARGE;1,234\n":                                              `"1,234" has a comma, line 2 a decimal point`,
		"arch\tlatency_ms\nSMALL\t1,234\nLARGE\t950\n":                                            `f.csv:2:1: does the comma in "1,234" separate thousands?`,
		"arch,latency_ms\nSMALL,\"1,234.5\"\n":                                                    `without a thousands separator`,
		"arch,latency_ms\nSMALL,5,3369\n":                                                         `f.csv:2:1: 3 cells where the header has 2: a cell with a comma in it`,
		"arch,latency_ms,space\nSMALL,5,a\nSMALL,5,b\n":                                           `rows of 2 different spaces: a (1 row), b (1 row)`,
		"arch,latency_ms,Batch\nSMALL,5,1\nSMALL,9,64\n":                                          `rows of 2 different batch sizes: 1 (1 row), 64 (1 row)`,
		"arch,latency_ms,dtype\nSMALL,5,f16\nSMALL,9,f32":                                         `rows of 2 different precisions`,
		"arch,latency_ms,threads\nSMALL,5,1\nSMALL,9,4\n":                                         `rows of 2 different numbers of threads`,
		"arch,time,runtime\nSMALL,5,ort\nSMALL,9,tflite\n":                                        `rows of 2 different runtimes: ort (1 row), tflite (1 row)`,
		`[{"arch": "SMALL", "latency_ms": 5}, {"arch": "SMALL", "latency_ms": 6, "device": "b"}]`: `f.csv:1:159: the key "device", which the first row does not have`,
		"[{\"arch\": \"SMALL\", \"latency_ms\": 5},\n {\"arch\": \"r1\", \"latency_ms\": 6}]":     `f.csv:2:11: architecture, column 3: ends where "d" is due`,
		"[{\"arch\": \"SMALL\", \"latency_ms\": 5},\n {\"arch\": \"SMALL\", \"latency_ms\": 6]":   `f.csv:2:`,
		`[{"arch": "SMALL", "latency_ms": 5}, 7]`:                                                 `a number, want a dictionary for each row`,
		`{"device":["a","b"],"arch":["SMALL","LARGE"],"latency_ms":[5.3369,12.5]}`:                `rows of 2 different devices: a (1 row), b (1 row)`,
		`[{"arch": "SMALL", "latency_ms": NaN}, {"arch": "SMALL", "latency_ms": null}]`:           `f.csv: 2 of 2 rows not measured: line 1: NaN; line 1: empty`,
	} {
		_, _, err := read(t, dataset.Options{}, fill(text))
		if err == nil && want != "" || err != nil && (want == "" || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want …%s…", text, err, want)
		}
	}
	o := dataset.Options{LatencyColumn: "Median (ms)", ArchColumn: "after"}
	set, _, err := read(t, o, fill("before,after,mean_ms,median_ms\nSMALL,LARGE,5,6\n"))
	if err != nil || set.Samples[0].Arch != space.MustParse(large) || set.Samples[0].LatencyMs != 6 {
		t.Errorf("%+v, %v", set, err)
	}
	set, note, err := read(t, dataset.Options{LatencyColumn: "latency of Galaxy S (us)"}, fill("arch,latency of Galaxy S (us),latency of Pixel 4 (us)\nSMALL,5000,6000\n"))
	if err != nil || set.Samples[0].LatencyMs != 5 || !strings.Contains(note, "converted from µs") {
		t.Errorf("%+v, %q, %v", set, note, err)
	}
	text := "arch,latency_ms,device log\n"
	for i := range 6 {
		text += fmt.Sprintf("%s,%d,log of %d\n", small, i+5, i)
	}
	if _, note, err := read(t, dataset.Options{}, text); err != nil || note != "column device log has another value in each row: left out" {
		t.Errorf("%q, %v", note, err)
	}
	for _, o := range []dataset.Options{{LatencyColumn: "max_ms"}, {ArchColumn: "max_ms"}} {
		if _, _, err := read(t, o, fill("arch,latency_ms\nSMALL,5\n")); err == nil || !strings.Contains(err.Error(), `no column`) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// A latency that is empty or 0 was not asked for; anything else that is none says that it
// went wrong, and then all gaps are listed at once.
func TestGaps(t *testing.T) {
	row := small + ","
	set, note, err := read(t, dataset.Options{}, "arch,latency_ms\n"+row+"\n"+row+"5\n"+row+"0\n"+row+"0.0\n"+row+"6\n")
	if err != nil || set.Rows != 2 || note != "3 rows not measured are left out, 2 used (line 2: empty; line 4: 0; line 5: 0.0); rows are counted without them" || set.Warnings[0].Kind != latpred.WarnUnmeasured {
		t.Errorf("%+v, %q, %v", set, note, err)
	}
	failed := "arch,latency_ms\n" + row + "5\n"
	for _, cell := range []string{"-1", "", "nan", "0", "N/A", "inf", "None", "-", "timeout", "OOM", "-inf", "−1", "killed after 30 s", "#N/A"} {
		failed += row + cell + "\n"
	}
	_, _, err = read(t, dataset.Options{}, failed)
	if want := "f.csv: 14 of 15 rows not measured: line 3: -1; line 4: empty; line 5: nan; line 6: 0; line 7: N/A; line 8: inf; line 9: None; line 10: -; line 11: timeout; line 12: OOM; and 4 more"; err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	if set, _, err := read(t, dataset.Options{SkipUnmeasured: true}, failed); err != nil || set.Rows != 1 || set.Samples[0].LatencyMs != 5 {
		t.Errorf("%+v, %v", set, err)
	}
	if _, _, err := read(t, dataset.Options{SkipUnmeasured: true}, failed+row+"5,3\n"); err == nil || !strings.Contains(err.Error(), "f.csv:17:1: 3 cells") {
		t.Errorf("a malformed row among gaps: %v", err)
	}
	in := dataset.NewReader(strings.NewReader(failed), "f.csv") // for prediction
	for i := range 15 {
		if s, err := in.Read(); err != nil || (s.LatencyMs != 0) != (i == 0) {
			t.Errorf("row %d: %+v, %v", i, s, err)
		}
	}
}
