package dataset_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"gonum.org/v1/gonum/stat"
)

// Computed in Python from the upstream files: statistics.fmean, pstdev, min, max, distinct
// labels. Sets of devices that were added by a build are not judged.
func TestBenchmarks(t *testing.T) {
	want := map[string]string{
		"fbnet/1080ti_1":             "11.8661 0.7672 8.8725 14.1132 5000",
		"fbnet/1080ti_32":            "14.7268 1.0792 10.6030 18.2222 5000",
		"fbnet/1080ti_64":            "15.4712 1.8176 10.1429 22.0427 5000",
		"fbnet/2080ti_1":             "7.9219 0.4869 5.9445 9.2471 5000",
		"fbnet/essential_ph_1":       "33.2652 6.1166 17.0000 70.0000 48",
		"fbnet/eyeriss":              "5.3495 0.5143 3.8460 7.3362 4857",
		"fbnet/fpga":                 "23.8815 5.2195 9.3827 41.7216 4897",
		"fbnet/pixel3":               "17.8422 3.1884 8.3216 30.1209 5000",
		"fbnet/raspi4":               "33.7265 5.4902 16.9571 53.0912 5000",
		"fbnet/samsung_a50":          "41.9902 8.0342 23.0000 118.0000 78",
		"fbnet/samsung_s7":           "56.0776 13.8251 32.0000 159.0000 108",
		"fbnet/silver_4114":          "43.1582 4.1973 28.5299 56.4175 5000",
		"fbnet/silver_4210r":         "31.5604 2.7908 22.2618 40.2288 5000",
		"fbnet/titan_rtx_1":          "9.0499 0.5589 6.7879 10.7861 5000",
		"fbnet/titan_rtx_32":         "9.5781 0.6522 7.0662 11.7980 5000",
		"nasbench201/1080ti_1":       "9.8438 2.3319 3.5966 17.0872 15529",
		"nasbench201/1080ti_256":     "22.5219 4.2499 7.9981 35.5843 15492",
		"nasbench201/1080ti_32":      "9.3273 2.2795 3.5375 19.5569 15513",
		"nasbench201/essential_ph_1": "14.3276 4.8987 3.0000 45.0000 39",
		"nasbench201/eyeriss":        "5.5134 1.6856 1.6795 10.5269 38",
		"nasbench201/fpga":           "3.7518 1.1290 1.1330 8.6786 84",
		"nasbench201/gold_6226":      "9.7375 2.8238 2.6647 20.3731 15572",
		"nasbench201/pixel2":         "15.7254 5.4367 4.0000 51.0000 42",
		"nasbench201/pixel3":         "11.2138 6.2590 0.0033 36.7665 15091",
		"nasbench201/raspi4":         "27.5267 15.2128 0.0113 98.8875 15624",
		"nasbench201/samsung_a50":    "22.1643 8.6959 5.0000 183.0000 63",
		"nasbench201/samsung_s7":     "25.3090 9.0699 5.0000 90.0000 79",
		"nasbench201/silver_4114":    "18.9697 6.5556 4.5498 48.0771 15600",
		"nasbench201/silver_4210r":   "13.9892 4.6976 3.8830 33.8340 15590",
		"nasbench201/titan_rtx_256":  "18.8604 6.1520 5.9404 47.7211 15585",
	}
	rows := map[string]int{"fbnet-cifar100": 5000, "nasbench201": 15625}
	for _, info := range dataset.Index() {
		text, known := want[info.Alias]
		if info.Column == "" || !known {
			continue
		}
		delete(want, info.Alias)
		set := open(t, info.Name)
		s, err := set.Space()
		if err != nil || s.ID != info.SpaceID || set.Rows != rows[s.ID] || len(set.Warnings) > 0 || set.Hardware == "" {
			t.Errorf("%s: %v, %v, %d rows, %v", info.Name, s, err, set.Rows, set.Warnings)
		}
		y := set.LatenciesMs()
		labels := map[float64]bool{}
		for _, v := range y {
			labels[v] = true
		}
		mean, sd := stat.PopMeanStdDev(y, nil)
		if got := fmt.Sprintf("%.4f %.4f %.4f %.4f %d", mean, sd, slices.Min(y), slices.Max(y), len(labels)); got != text {
			t.Errorf("%s: %s, want %s", info.Name, got, text)
		}
	}
	if len(want) > 0 {
		t.Errorf("missing are %v", want)
	}
}

// A name of a benchmark's set says which device, so that a column of another contradicts it;
// a name that is none tells where names are.
func TestBenchmarkNames(t *testing.T) {
	for name, title := range map[string]string{
		"fbnet-1080ti-b1": "GTX 1080 Ti, batch 1, FBNet (HELP)", "nasbench201-1080ti-b256": "GTX 1080 Ti, batch 256, NAS-Bench-201 (HELP)",
		"fbnet-essential-ph1": "Essential PH-1, FBNet (HELP)", "nasbench201/silver_4114": "Intel Xeon Silver 4114, NAS-Bench-201 (HELP)",
	} {
		if set := open(t, name); set.Title != title {
			t.Errorf("%s: %s, want %s", name, set.Title, title)
		}
	}
	if _, err := (dataset.Options{LatencyColumn: "raspi4"}).Open("fbnet-fpga"); err == nil || !strings.Contains(err.Error(), "of one device") {
		t.Errorf("a column of another device: %v", err)
	}
	if _, err := dataset.Open("fbnet-no-such"); err == nil || !strings.Contains(err.Error(), "latpred data list") {
		t.Errorf("no such device: %v", err)
	}
}
