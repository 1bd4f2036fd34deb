package serve_test

import (
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/serve"
	"github.com/ofalat/ofalat/latpred/space"
)

// wrong is a predictor that gives one number for all networks and layers.
type wrong float64

func (wrong) Kind() string                   { return "wrong" }
func (wrong) Provenance() latpred.Provenance { return latpred.Provenance{} }
func (w wrong) PredictMs(dst []float64, _ []space.Arch) error {
	for i := range dst {
		dst[i] = float64(w)
	}
	return nil
}

// halfWrong predicts well, and gives NaN for a layer.
type halfWrong struct{ wrong }

func (halfWrong) Segments(space.Arch) (latpred.Breakdown, error) {
	return latpred.Breakdown{Segments: []latpred.SegmentTime{{Name: "stem", Stage: -1, Ms: math.NaN()}}}, nil
}

// What is no latency never leaves as one: predictions and searches fail, and where all
// devices are shown the others are.
func TestWrongNumbers(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -2} {
		s, err := serve.New([]*serve.Device{
			serve.FromPredictor("wrong", "", wrong(bad), wide(t)),
			serve.FromPredictor("half", "", halfWrong{wrong(3)}, wide(t)),
			serve.FromPredictor("right", "", wrong(5), wide(t)),
		}, serve.Config{})
		if err != nil {
			t.Fatal(err)
		}
		h := httptest.NewServer(s.Handler())
		for path, body := range map[string]string{
			"/v1/predict": `{"device":"wrong","archs":["` + example + `"]}`, "/v1/search": `{"device":"wrong","limit_ms":20}`,
		} {
			if status, text := ask(t, h, path, body, nil); status != 500 || !strings.Contains(text, "which is no latency") {
				t.Errorf("%s of %v: %d %q", path, bad, status, text)
			}
		}
		if status, text := ask(t, h, "/v1/front?device=wrong", "", nil); status != 500 || !strings.Contains(text, "which is no latency") {
			t.Errorf("front of %v: %d %q", bad, status, text)
		}
		var e struct {
			Devices []struct {
				Device, Error string
				LatencyMs     float64 `json:"latency_ms"`
			}
		}
		status, text := ask(t, h, "/v1/explain", `{"arch":"`+example+`"}`, &e)
		if status != 200 || len(e.Devices) != 3 || !strings.Contains(e.Devices[0].Error, "which is no latency") || e.Devices[0].LatencyMs != 0 ||
			!strings.Contains(e.Devices[1].Error, "NaN ms for stem") || e.Devices[2].LatencyMs != 5 {
			t.Errorf("explain of %v: %d %s", bad, status, text)
		}
		h.Close()
	}
}

// Requests that a page of another site makes a browser send are refused: for a name that
// was made to lead here, of a type that needs no question before, from elsewhere.
func TestForeignRequests(t *testing.T) {
	h := server(t, serve.Config{Hosts: []string{"lab.example"}})
	body := `{"device":"note10","archs":["` + example + `"]}`
	for _, c := range []struct {
		method, path, host, kind, header string
		status                           int
	}{
		{"POST", "/v1/predict", "", "application/json", "", 200},
		{"POST", "/v1/predict", "", "application/json; charset=utf-8", "", 200},
		{"POST", "/v1/predict", "localhost:8765", "application/json", "", 200},
		{"POST", "/v1/predict", "LAB.example.:80", "application/json", "", 200},
		{"POST", "/v1/predict", "[::1]:8765", "application/json", "", 200},
		{"POST", "/v1/predict", "evil.example", "application/json", "", 421},
		{"POST", "/v1/predict", "127.0.0.1.evil.example", "application/json", "", 421},
		{"POST", "/v1/predict", "localhost.evil.example:8765", "application/json", "", 421},
		{"GET", "/", "evil.example", "", "", 421},
		{"GET", "/metrics", "evil.example", "", "", 421},
		{"GET", "/page/explorer.js", "evil.example", "", "", 421},
		{"GET", "/openapi.json", "evil.example", "", "", 421},
		{"POST", "/v1/predict", "", "text/plain", "", 415},
		{"POST", "/v1/predict", "", "", "", 415},
		{"POST", "/v1/explain", "", "application/x-www-form-urlencoded", "", 415},
		{"POST", "/v1/search", "", "multipart/form-data; boundary=a", "", 415},
		{"POST", "/v1/predict", "", "application/json", "Sec-Fetch-Site: cross-site", 403},
		{"POST", "/v1/predict", "", "application/json", "Origin: https://evil.example", 403},
		{"GET", "/v1/front?device=note10", "", "", "Sec-Fetch-Site: cross-site", 403},
		{"GET", "/v1/devices", "", "", "Sec-Fetch-Site: same-origin", 200},
	} {
		r, err := http.NewRequest(c.method, h.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.method == "POST" {
			r.Body = io.NopCloser(strings.NewReader(body))
		}
		if c.kind != "" {
			r.Header.Set("Content-Type", c.kind)
		}
		if name, value, ok := strings.Cut(c.header, ": "); ok {
			r.Header.Set(name, value)
		}
		r.Host = c.host
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != c.status || strings.Contains(string(text), "<") && c.status != 200 {
			t.Errorf("%+v: %d %s", c, answer.StatusCode, text)
		}
		policy := answer.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || answer.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%+v: policy %q", c, policy)
		}
	}
}
