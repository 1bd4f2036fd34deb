package serve_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/serve"
)

// The Note10's table behind HTTP. The answer to the paper's example is the sum over
// the table, 33.50015649132496 ms.
func Example() {
	table, err := catalog.Find("note10")
	if err != nil {
		fmt.Println(err)
		return
	}
	device, err := serve.FromEntry(table)
	if err != nil {
		fmt.Println(err)
		return
	}
	server, err := serve.New([]*serve.Device{device}, serve.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	h := httptest.NewServer(server.Handler())
	defer h.Close()
	r, err := http.Post(h.URL+"/v1/predict", "application/json", strings.NewReader(
		`{"device": "note10", "archs": ["r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666"]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	fmt.Println(r.StatusCode, strings.TrimSpace(string(answer)), err)
	// Output: 200 {"device":"note10","latency_ms":[33.50015649132496]} <nil>
}
