package serve_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/serve"
)

// Whatever is posted or asked for gets an answer in JSON: never a panic, which would be status
// 500, and never an answer that can't be read, or one without a latency for each network.
func FuzzRequest(f *testing.F) {
	s, err := serve.New([]*serve.Device{serve.FromPredictor("note10", "Note10", lookup(f, lut.Note10(), wide(f)), wide(f))}, serve.Config{Front: 1, MaxBatch: 8})
	if err != nil {
		f.Fatal(err)
	}
	h := s.Handler()
	for path := range uint8(5) {
		f.Add(path, `{"device":"note10","archs":["`+example+`"],"arch":"`+example+`","limit_ms":30,"generations":1,"population":2}`)
		f.Add(path, `{"device":"note10","archs":[{"choices":[1,2,3]},[[]],{"ks":[3],"e":[3],"d":[2],"r":160}],"arch":null,"limit_ms":-1,"population":1e9}`)
	}
	f.Fuzz(func(t *testing.T, path uint8, body string) {
		at := []string{"/v1/predict", "/v1/explain", "/v1/search", "/v1/front", "/v1/devices"}[int(path)%5]
		r := httptest.NewRequest(http.MethodPost, at, strings.NewReader(body))
		if path%5 > 2 {
			r = httptest.NewRequest(http.MethodGet, at, nil)
			r.URL.RawQuery = body
		}
		r.Host = "localhost"
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d: %s", at, w.Code, w.Body)
		}
		var v any
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
			t.Errorf("%s: status %d, and no JSON: %q", at, w.Code, w.Body)
		}
		var asked struct{ Archs []json.RawMessage }
		var told struct {
			LatencyMs []float64 `json:"latency_ms"`
		}
		if path%5 == 0 && w.Code == http.StatusOK {
			if json.Unmarshal([]byte(body), &asked) != nil || json.Unmarshal(w.Body.Bytes(), &told) != nil || len(told.LatencyMs) != len(asked.Archs) {
				t.Errorf("%d latencies for %q", len(told.LatencyMs), body)
			}
		}
	})
}
