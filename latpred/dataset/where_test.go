package dataset_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
)

const mixedRows = "arch,latency_ms,device,Batch Size,note\n" +
	small + ",5,board-a,1,\n" + small + ",50,board-b,1,x\n" + small + ",6,board-a,64.0,\n" + small + ",60,board-b,64,\n" + small + ",7,board-a,64,\n"

// Rows of different devices are an error that names them, unless a condition chooses.
func TestMixedRows(t *testing.T) {
	_, _, err := read(t, dataset.Options{}, mixedRows)
	var mixed *dataset.MixedError
	if !errors.As(err, &mixed) || mixed.Column != "device" || strings.Join(mixed.Values, " ") != "board-a board-b" {
		t.Errorf("%v", err)
	}
	for _, want := range []string{"f.csv: rows of 2 different devices: board-a (3 rows), board-b (2 rows)", "rows of 2 different batch sizes: 1 (2 rows), 64 (3 rows)"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	set, _, err := read(t, dataset.Options{Mixed: true}, mixedRows)
	if err != nil || set.Rows != 5 || set.Device != "" || set.Batch != 0 || set.Warnings[len(set.Warnings)-1].Kind != latpred.WarnMixed {
		t.Errorf("%+v, %v", set, err)
	}
}

func TestWhere(t *testing.T) {
	for conditions, want := range map[string]string{
		"device=board-a,batch_size=64":         "6 7", // names without case and punctuation, numbers as numbers
		"device=board-b,Batch Size=1":          "50",
		"board= board-b ,batch=64.0":           "60", // by what a column tells
		"device=board-a,batch=1":               "5",
		"note=":                                "devices",
		"note=x":                               "50",
		"device=board-b,batch=1,batch=64":      "batch sizes",
		"device=board-c":                       "f.csv: no row has device=board-c, where device is board-a (3 rows), board-b (2 rows)",
		"device=board-b,note=y":                `no row has device=board-b, where device is board-a (3 rows), board-b (2 rows); or together note=y, where note is (empty) (4 rows), x (1 row)`,
		"speed=1":                              `no column "speed" for the condition speed=1; the columns are "arch", "latency_ms", "device", "Batch Size", "note"`,
		"family=ofa-5,device=board-a,batch=64": "6 7",
		"family=ofa-6":                         "no row has family=ofa-6, where family is ofa-5 (5 rows)",
	} {
		var o dataset.Options
		for _, text := range strings.Split(conditions, ",") {
			c, err := dataset.ParseCondition(text)
			if err != nil {
				t.Fatal(err)
			}
			o.Where = append(o.Where, c)
		}
		set, _, err := read(t, o, mixedRows)
		if err != nil {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want …%s…", conditions, err, want)
			}
			continue
		}
		var got []string
		for _, ms := range set.LatenciesMs() {
			got = append(got, fmt.Sprint(ms))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", conditions, got, want)
		}
		if c := o.Where[0]; c.Column == "device" && set.Device != c.Value {
			t.Errorf("%s: the device is %q", conditions, set.Device)
		}
	}
	for _, text := range []string{"device", "=3", ""} {
		if _, err := dataset.ParseCondition(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	if c, err := dataset.ParseCondition(" a = b=c "); err != nil || c != (dataset.Condition{Column: "a", Value: "b=c"}) {
		t.Errorf("%+v, %v", c, err)
	}
}

// Conditions come before all else: what the rows hold that they leave out does not matter.
func TestWhereBeforeGaps(t *testing.T) {
	text := "arch,latency_ms,device\n" + small + ",5,a\n" + small + ",-1,b\n" + "resnet50,nan,b\n"
	set, note, err := read(t, dataset.Options{Where: []dataset.Condition{{Column: "device", Value: "a"}}}, text)
	if err != nil || set.Rows != 1 || note != "" {
		t.Errorf("%+v, %q, %v", set, note, err)
	}
}

// Networks of two families are of two spaces.
func TestMixedFamilies(t *testing.T) {
	six := "r160 d222221 k33-33-33-33-33-3 e33-33-33-33-33-3"
	text := "arch,latency_ms\n" + small + ",5\n" + six + ",6\n"
	if _, _, err := read(t, dataset.Options{}, text); err == nil || !strings.Contains(err.Error(), "rows of 2 different families of networks: ofa-5 (1 row), ofa-6 (1 row)") {
		t.Errorf("%v", err)
	}
	set, _, err := read(t, dataset.Options{Where: []dataset.Condition{{Column: "family", Value: "ofa-6"}}}, text)
	if err != nil || set.Rows != 1 || set.Samples[0].LatencyMs != 6 {
		t.Errorf("%+v, %v", set, err)
	}
}

// Rows that name no device are the set's, and that is said.
func TestBlankDevices(t *testing.T) {
	set, note, err := read(t, dataset.Options{}, "arch,latency_ms,device\n"+small+",5,a\n"+small+",6,\n")
	if err != nil || set.Device != "a" || note != "column device is empty in 1 row: taken for a, as in the others" {
		t.Errorf("%+v, %q, %v", set, note, err)
	}
}

func ExampleOptions() {
	text := `Sub-network,Latency (us),Device
r160 d22222 k33-33-33-33-33 e33-33-33-33-33,9900,phone
r160 d22222 k33-33-33-33-33 e33-33-33-33-33,2100,board
`
	_, err := dataset.Read(strings.NewReader(text), "both.csv")
	fmt.Println(err)

	of := dataset.Options{Where: []dataset.Condition{{Column: "device", Value: "phone"}}}
	set, err := of.Read(strings.NewReader(text), "both.csv")
	if err != nil {
		panic(err)
	}
	fmt.Println(set.Device, set.LatenciesMs(), "ms")
	fmt.Println(set.Warnings[0])
	// Output:
	// both.csv: rows of 2 different devices: phone (1 row), board (1 row)
	// phone [9.9] ms
	// columns: architectures are read from column "Sub-network"; latencies from column "Latency (us)", converted from µs to milliseconds
}
