package serve

import (
	"cmp"
	"embed"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the metrics exported to Prometheus.
type metrics struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	seconds     *prometheus.HistogramVec
	predictions prometheus.Counter
	running     prometheus.Gauge
}

func newMetrics() *metrics {
	m := &metrics{
		registry:    prometheus.NewRegistry(),
		requests:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "latpred_requests_total", Help: "Requests answered."}, []string{"path", "status"}),
		seconds:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "latpred_request_seconds", Help: "Time of a request.", Buckets: prometheus.ExponentialBuckets(1e-4, 4, 10)}, []string{"path"}),
		predictions: prometheus.NewCounter(prometheus.CounterOpts{Name: "latpred_predictions_total", Help: "Networks predicted."}),
		running:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "latpred_requests_running", Help: "Requests that are being answered."}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.predictions, m.running, collectors.NewGoCollector())
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// recorder notes the status of an answer, and closes the connection after it if the server
// stops.
type recorder struct {
	http.ResponseWriter
	stopping *atomic.Bool
	code     int // 0: nothing is written
}

func (r *recorder) WriteHeader(code int) {
	if r.code = code; r.stopping.Load() {
		r.Header().Set("Connection", "close")
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(content []byte) (int, error) {
	if r.code == 0 {
		r.WriteHeader(http.StatusOK)
	}
	return r.ResponseWriter.Write(content)
}

// Unwrap lets http.ResponseController find the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// observed counts, times and logs requests, turns panics into errors and sets security
// headers: the page may load only its own files, other sites' pages none of them, and it
// can't be framed.
func (s *Server) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		s.metrics.running.Inc()
		defer s.metrics.running.Dec()
		rec := &recorder{w, &s.stopping, 0}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		if r.Body == http.NoBody {
			answering(r.Context())
		}
		func() {
			defer func() {
				if p := recover(); p != nil {
					s.config.Log.Error("panic", "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
					answer(rec, http.StatusInternalServerError, map[string]string{"error": "the server made a mistake; its log has it"})
				}
			}()
			next.ServeHTTP(rec, r)
		}()
		took := time.Since(start)
		code := cmp.Or(rec.code, http.StatusOK)
		path := r.Pattern // the client's own text would make a new time series each time
		if path == "" {
			path = "unknown"
		}
		s.metrics.requests.WithLabelValues(path, strconv.Itoa(code)).Inc()
		s.metrics.seconds.WithLabelValues(path).Observe(took.Seconds())
		s.config.Log.Info("request", "method", r.Method, "path", r.URL.Path, "status", code, "ms", float64(took.Microseconds())/1e3)
	})
}

//go:embed openapi.json page
var assets embed.FS

func asset(name, contentType string) http.HandlerFunc {
	content, err := assets.ReadFile(name)
	if err != nil {
		panic("serve: " + err.Error()) // it is embedded
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(content) // the client has gone if this errs
	}
}
