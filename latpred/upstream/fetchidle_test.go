package upstream

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A server that falls silent ends the download, which keeps what has come; without the limit
// the test would last as long as the server.
func TestFetchFromASilentServer(t *testing.T) {
	defer func(old time.Duration) { idleLimit = old }(idleLimit)
	idleLimit = 100 * time.Millisecond
	end := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		w.(http.Flusher).Flush()
		<-end
	}))
	defer server.Close()
	defer close(end)
	err := Fetch(t.Context(), t.TempDir(), server.URL, []File{{Repository: "some/one", Path: "file", Bytes: 8}}, nil)
	if err == nil || !strings.Contains(err.Error(), "after 4 of 8 bytes") || !strings.Contains(err.Error(), "nothing came for 100ms") {
		t.Errorf("%v", err)
	}
}
