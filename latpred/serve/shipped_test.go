package serve_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/serve"
)

type explanation struct {
	Devices []struct {
		Device       string
		LatencyMs    float64 `json:"latency_ms"`
		ErrorPercent float64 `json:"error_percent"`
		Parts        []serve.Part
		Preparing    bool
		Error        string
	}
}

// What ships is served: at first as being prepared, then with latencies, each with the
// error on networks that its table has not seen.
func TestShipped(t *testing.T) {
	devices, err := serve.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	s, err := serve.New(devices, serve.Config{})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s.Handler())
	defer h.Close()
	var e explanation
	for first := true; ; first = false {
		e = explanation{}
		if status, text := ask(t, h, "/v1/explain", `{"arch":"`+example+`","device":"note10"}`, &e); status != 200 {
			t.Fatalf("%d %s", status, text)
		}
		preparing := 0
		for _, d := range e.Devices {
			if d.Preparing {
				preparing++
			}
		}
		if first && preparing < len(devices)/2 {
			t.Errorf("%d of %d devices are being prepared at first: who asks must not wait for all", preparing, len(devices))
		}
		if preparing == 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	served := map[string]bool{}
	for i, d := range e.Devices {
		served[d.Device] = true
		if (d.Parts != nil) != (d.Device == "note10") {
			t.Errorf("%s: %d parts were not asked for", d.Device, len(d.Parts))
		}
		if !strings.HasPrefix(devices[i].Space.ID, "mbv3-") {
			continue // another network's
		}
		if !(d.LatencyMs > 0) || d.Error != "" {
			t.Errorf("%+v", d)
		}
		if measured := devices[i].Kind != latpred.KindLookup; measured && !(d.ErrorPercent > 0 && d.ErrorPercent < 20) {
			t.Errorf("%s is off by %v %%", d.Device, d.ErrorPercent)
		}
	}
	for _, info := range dataset.Index() {
		if info.Column == "" && !strings.HasPrefix(info.SpaceID, "compofa") && !served[info.Name] {
			t.Errorf("set %s is not served", info.Name)
		}
	}
	if status, text := ask(t, h, "/v1/predict", `{"device":"p40-b64","archs":["r128`+example[4:]+`"]}`, nil); status != 400 || !strings.Contains(text, "measured from 160 to 224") {
		t.Errorf("a resolution that was not measured: %d %s", status, text)
	}
	var help struct {
		LatencyMs []float64 `json:"latency_ms"`
	}
	if status, text := ask(t, h, "/v1/predict", `{"device":"help-titanrtx-b64","archs":["r128`+example[4:]+`"]}`, &help); status != 200 {
		t.Errorf("a resolution that was: %d %s", status, text)
	}
}

// The list says of each device what groups it on the page, and of each space what its
// networks may be.
func TestList(t *testing.T) {
	devices, err := serve.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	s, err := serve.New(devices, serve.Config{})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s.Handler())
	defer h.Close()
	var list struct {
		Devices []json.RawMessage
		Spaces  map[string]struct {
			Width  float64
			Depths [][]int
		}
	}
	if status, text := ask(t, h, "/v1/devices", "", &list); status != 200 || len(list.Devices) != len(devices) {
		t.Fatalf("%d %s", status, text)
	}
	want := `{"id":"help-titanxp-b32","title":"Titan Xp, batch 32 (HELP)","hardware":"Titan Xp","origin":"HayeonLee/HELP","batch":32,"space":"mbv3-w1.2","accuracy_of":"accuracies are OFA's predictor's, of networks of width 1.2 on 10,000 held-out images of ImageNet, without further training","kind":"table","resolutions":[160,176,192,208,224]}`
	found := false
	for _, d := range list.Devices {
		found = found || string(d) == want
	}
	if s := list.Spaces["mbv3-w1.2"]; !found || s.Width != 1.2 || len(s.Depths) != 5 || len(s.Depths[0]) != 3 {
		t.Errorf("%s\n%+v\nwant among them %s", list.Devices, list.Spaces, want)
	}
}
