package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/serve"
	"github.com/ofalat/ofalat/latpred/space"
)

const example = "r192 d22343 k53-53-773-5573-335 e33-44-634-4443-666" // 24.73 ms on the Note10: OFA's tutorial

func wide(t testing.TB) *space.Space {
	t.Helper()
	s, err := space.ByID("mbv3-w1.2")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func lookup(t testing.TB, table *lut.Table, s *space.Space) latpred.Predictor {
	t.Helper()
	p, err := additive.NewLookup(table, s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// broken is a predictor that panics on large networks and waits on small ones.
type broken struct{ latpred.Predictor }

func (broken) Kind() string { return "broken" }
func (broken) PredictMs(dst []float64, archs []space.Arch) error {
	if archs[0].Depth(0) == 4 {
		panic("a mistake")
	}
	if archs[0].Depth(0) == 2 {
		time.Sleep(300 * time.Millisecond)
		return errors.New("late")
	}
	return nil
}

func server(t testing.TB, c serve.Config) *httptest.Server {
	t.Helper()
	s, err := serve.New([]*serve.Device{
		serve.FromPredictor("note10", "Samsung Note10", lookup(t, lut.Note10(), wide(t)), wide(t)),
		serve.FromPredictor("broken", "one that fails", broken{}, wide(t)),
	}, c)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s.Handler())
	t.Cleanup(h.Close)
	return h
}

func ask(t testing.TB, h *httptest.Server, path, body string, into any) (status int, text string) {
	t.Helper()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	r, err := http.NewRequest(method, h.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(content, into); err != nil {
			t.Errorf("%s: %v in %s", path, err, content)
		}
	}
	return answer.StatusCode, string(content)
}

func TestAnswers(t *testing.T) {
	h := server(t, serve.Config{Front: 5})
	var p struct {
		LatencyMs []float64 `json:"latency_ms"`
	}
	ofa := space.MustParse(example).OFA().String()
	status, text := ask(t, h, "/v1/predict", `{"device":"note10","archs":["`+example+`",`+ofa+`]}`, &p)
	if status != 200 || !slices.Equal(p.LatencyMs, []float64{24.73016685342752, 24.73016685342752}) { // see package lut's golden sums
		t.Errorf("predict: %d %s", status, text)
	}
	var e struct {
		Accuracy float64
		Devices  []struct {
			Device    string
			LatencyMs float64 `json:"latency_ms"`
			Parts     []serve.Part
		}
	}
	if status, text := ask(t, h, "/v1/explain", `{"arch":"`+example+`"}`, &e); status != 200 || !strings.Contains(text, `{"device":"broken","error":"late"}`) {
		t.Errorf("explain with a device that fails: %d %s", status, text)
	}
	one, err := serve.New([]*serve.Device{serve.FromPredictor("note10", "", lookup(t, lut.Note10(), wide(t)), wide(t))}, serve.Config{})
	if err != nil {
		t.Fatal(err)
	}
	alone := httptest.NewServer(one.Handler())
	defer alone.Close()
	if status, text := ask(t, alone, "/v1/explain", `{"arch":"`+example+`"}`, &e); status != 200 {
		t.Fatalf("explain: %d %s", status, text)
	}
	sum := 0.
	for _, part := range e.Devices[0].Parts {
		sum += part.Ms
	}
	// .8171 is the forward pass of the tutorial's net. Source: OFA's tutorial.
	if d := sum - e.Devices[0].LatencyMs; d > 1e-9 || d < -1e-9 || len(e.Devices[0].Parts) != 16 || e.Accuracy < .817 || e.Accuracy > .8172 {
		t.Errorf("explain: %+v", e)
	}
	var f struct {
		LatencyMs float64 `json:"latency_ms"`
		Accuracy  float64
		Arch      space.Arch
	}
	if status, text := ask(t, h, "/v1/search", `{"device":"note10","limit_ms":25,"generations":20,"seed":1}`, &f); status != 200 || f.LatencyMs > 25 || f.Accuracy < .8 {
		t.Errorf("search: %d %s", status, text)
	}
	var front struct {
		Front []struct {
			LatencyMs float64 `json:"latency_ms"`
		}
	}
	if status, text := ask(t, h, "/v1/front?device=note10", "", &front); status != 200 || len(front.Front) < 5 {
		t.Errorf("front: %d %s", status, text)
	}
	if status, text := ask(t, h, "/v1/health", "", nil); status != 200 || !strings.Contains(text, `"ok"`) {
		t.Errorf("health: %d %s", status, text)
	}
	if status, text := ask(t, h, "/v1/devices", "", nil); status != 200 || !strings.Contains(text, `"space":"mbv3-w1.2"`) {
		t.Errorf("devices: %d %s", status, text)
	}
	if _, text := ask(t, h, "/metrics", "", nil); !strings.Contains(text, "latpred_predictions_total 2\n") || !strings.Contains(text, `latpred_requests_total{path="POST /v1/predict",status="200"} 1`) {
		t.Errorf("metrics: %.600s", text)
	}
	if status, text := ask(t, h, "/", "", nil); status != 200 || strings.Contains(text, "http://") || strings.Contains(text, "https://") {
		t.Errorf("the page, which must need no network: %d", status)
	}
}

func TestFaults(t *testing.T) {
	h := server(t, serve.Config{MaxBody: 2000, MaxBatch: 3, Timeout: 200 * time.Millisecond})
	for _, c := range []struct {
		status           int
		want, path, body string
	}{
		{404, "no such device \\\"x\\\": there are note10, broken", "/v1/predict", `{"device":"x","archs":["` + example + `"]}`},
		{404, "no such device", "/v1/explain", `{"device":"x","arch":"` + example + `"}`},
		{400, "0 archs: want 1 to 3", "/v1/predict", `{"device":"note10","archs":[]}`},
		{400, "4 archs: want 1 to 3", "/v1/predict", `{"device":"note10","archs":["` + strings.Repeat(example+`","`, 3) + example + `"]}`},
		{413, "too large", "/v1/predict", `{"device":"note10","archs":["` + strings.Repeat(" ", 3000) + `"]}`},
		{400, "unknown field", "/v1/predict", `{"device":"note10","nets":[]}`},
		{400, "column", "/v1/predict", `{"device":"note10","archs":["r192 d2"]}`},
		{400, "a text, an object or a list", "/v1/predict", `{"device":"note10","archs":[7]}`},
		{400, "r is 192 and image_size is 224", "/v1/predict", `{"device":"note10","archs":[{"ks":3,"e":3,"d":2,"r":192,"image_size":224}]}`},
		{400, "no resolution", "/v1/predict", `{"device":"note10","archs":["{'ks': 3, 'e': 3, 'd': 2}"]}`},
		{400, "another network", "/v1/predict", `{"device":"note10","archs":["` + example + `\n` + example + `"]}`},
		{400, "archs[1]", "/v1/predict", `{"device":"note10","archs":["` + example + `","r160 d222221 k33-33-33-33-33-3 e33-33-33-33-33-3"]}`},
		{400, "resolution 128", "/v1/predict", `{"device":"note10","archs":["r128` + example[4:] + `"]}`},
		{400, "more follows", "/v1/predict", `{"device":"note10","archs":[]} {}`},
		{400, "unexpected EOF", "/v1/predict", `{"device":`},
		{500, "the server made a mistake", "/v1/predict", `{"device":"broken","archs":["r192 d42343 k5333-53-773-5573-335 e3333-44-634-4443-666"]}`},
		{503, "took longer than the 200ms", "/v1/predict", `{"device":"broken","archs":["` + example + `"]}`},
		{400, "limit_ms is 0", "/v1/search", `{"device":"note10"}`},
		{400, "generations", "/v1/search", `{"device":"note10","limit_ms":20,"generations":100000}`},
		{400, "no network of", "/v1/search", `{"device":"note10","limit_ms":1,"generations":1}`},
		{405, "", "/v1/predict", ""},
		{404, "", "/v1/nothing", ""},
	} {
		status, text := ask(t, h, c.path, c.body, nil)
		if status != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%s %.80s: %d %s, want %d …%s…", c.path, c.body, status, text, c.status, c.want)
		}
	}
	if _, err := serve.New(nil, serve.Config{}); err == nil {
		t.Error("a server without devices")
	}
	d := serve.FromPredictor("a", "", lookup(t, lut.Note10(), wide(t)), wide(t))
	if _, err := serve.New([]*serve.Device{d, d}, serve.Config{}); err == nil || !strings.Contains(err.Error(), "two devices") {
		t.Errorf("two devices of one id: %v", err)
	}
}

// Searches wait for each other, and those for which there is no place are sent away.
func TestSearchesAreBounded(t *testing.T) {
	h := server(t, serve.Config{Searches: 1, Waiting: 2})
	codes := make([]int, 8)
	var group sync.WaitGroup
	for i := range codes {
		group.Go(func() {
			codes[i], _ = ask(t, h, "/v1/search", `{"device":"note10","limit_ms":25,"generations":300}`, nil)
		})
	}
	group.Wait()
	ok, busy := 0, 0
	for _, c := range codes {
		switch c {
		case 200:
			ok++
		case 503:
			busy++
		}
	}
	if ok < 3 || busy == 0 || ok+busy != len(codes) {
		t.Errorf("answers %v: want three or more 200, the others 503", codes)
	}
}

// A server that is told to stop answers what it began.
func TestGracefulStop(t *testing.T) {
	var log bytes.Buffer
	s, err := serve.New([]*serve.Device{serve.FromPredictor("slow", "", broken{}, wide(t))}, serve.Config{Log: slog.New(slog.NewJSONHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	time.AfterFunc(100*time.Millisecond, stop)
	answer, err := http.Post("http://"+l.Addr().String()+"/v1/predict", "application/json", strings.NewReader(`{"device":"slow","archs":["`+example+`"]}`))
	if err != nil {
		t.Fatalf("a request that was running was cut off: %v", err)
	}
	answer.Body.Close()
	if err := <-served; err != nil {
		t.Errorf("stopping: %v", err)
	}
	if !strings.Contains(log.String(), `"path":"/v1/predict","status":400`) || !strings.Contains(log.String(), `"msg":"stopping"`) {
		t.Errorf("log: %s", log.String())
	}
}

// The description names exactly the paths that there are.
func TestOpenAPI(t *testing.T) {
	h := server(t, serve.Config{Front: 1})
	var api struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	if status, text := ask(t, h, "/openapi.json", "", &api); status != 200 || !strings.HasPrefix(api.OpenAPI, "3.") {
		t.Fatalf("%d %.100s", status, text)
	}
	if len(api.Paths) != 6 {
		t.Errorf("%d paths are described", len(api.Paths))
	}
	for path, methods := range api.Paths {
		for method := range methods {
			body := ""
			if method == "post" {
				body = "{}"
			}
			if status, text := ask(t, h, path, body, nil); (status == 404 && !strings.Contains(text, "no such device")) || status == 405 {
				t.Errorf("%s %s is described, but: %d %s", method, path, status, text)
			}
		}
	}
}
