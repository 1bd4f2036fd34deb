package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Config holds the limits of a Server. Zero fields stand for the defaults given.
type Config struct {
	MaxBody  int64         // largest body of a request, bytes; 0: 1 MiB
	MaxBatch int           // most networks in a request; 0: 4096
	Timeout  time.Duration // of a request; 0: 30 s
	Searches int           // searches that run at once; further ones get status 503; 0: 2
	Front    int           // generations of the search for a device's Pareto front; 0: 200
	Log      *slog.Logger  // nil: no log
}

// Server answers HTTP requests about devices. It is safe for concurrent use.
type Server struct {
	devices  []*Device
	byID     map[string]*Device
	config   Config
	searches chan struct{}
	metrics  *metrics

	prepareOnce sync.Once
}

// New makes a server. It errs if there are no devices or two have the same ID.
func New(devices []*Device, c Config) (*Server, error) {
	if len(devices) == 0 {
		return nil, errors.New("serve: no devices")
	}
	if c.MaxBody == 0 {
		c.MaxBody = 1 << 20
	}
	if c.MaxBatch == 0 {
		c.MaxBatch = 4096
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Searches == 0 {
		c.Searches = 2
	}
	if c.Front == 0 {
		c.Front = 200
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{devices: devices, byID: map[string]*Device{}, config: c, searches: make(chan struct{}, c.Searches), metrics: newMetrics()}
	for _, d := range devices {
		if s.byID[d.ID] != nil {
			return nil, fmt.Errorf("serve: two devices are called %s", d.ID)
		}
		s.byID[d.ID] = d
	}
	return s, nil
}

// Serve prepares the devices in the background and answers on a listener until ctx ends.
// Then it waits for running requests, for at most Config.Timeout, and returns nil if all
// have ended. It closes the listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: s.config.Timeout,
		WriteTimeout: s.config.Timeout + 5*time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.config.Log.Handler(), slog.LevelWarn),
	}
	s.prepare()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.config.Log.Info("stopping")
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.Timeout)
	defer cancel()
	return server.Shutdown(grace)
}

// Handler returns the handler of all paths, including the page.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f func(w http.ResponseWriter, r *http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), s.config.Timeout)
			defer cancel()
			v, err := f(w, r.WithContext(ctx))
			if err != nil {
				code := status(err)
				if ctx.Err() != nil {
					code, err = http.StatusServiceUnavailable, fmt.Errorf("took longer than the %v that a request may", s.config.Timeout)
				}
				answer(w, code, map[string]string{"error": err.Error()})
				return
			}
			answer(w, http.StatusOK, v)
		})
	}
	handle("GET /v1/health", s.health)
	handle("GET /v1/devices", s.list)
	handle("POST /v1/predict", s.predict)
	handle("POST /v1/explain", s.explain)
	handle("POST /v1/search", s.search)
	handle("GET /v1/front", s.front)
	mux.HandleFunc("GET /openapi.json", asset("openapi.json", "application/json"))
	mux.HandleFunc("GET /{$}", asset("page/index.html", "text/html; charset=utf-8"))
	mux.Handle("GET /page/", http.FileServerFS(assets))
	mux.Handle("GET /metrics", s.metrics.handler())
	return s.observed(mux)
}

func (s *Server) device(id string) (*Device, error) {
	if d := s.byID[id]; d != nil {
		return d, nil
	}
	var ids []string
	for _, d := range s.devices {
		ids = append(ids, d.ID)
	}
	return nil, fmt.Errorf("%w %q: there are %s", errUnknown, id, strings.Join(ids, ", "))
}

func (s *Server) predict(w http.ResponseWriter, r *http.Request) (any, error) {
	var q predictRequest
	if err := read(w, r, s.config.MaxBody, &q); err != nil {
		return nil, err
	}
	if len(q.Archs) == 0 || len(q.Archs) > s.config.MaxBatch {
		return nil, mistake{fmt.Errorf("%d archs: want 1 to %d", len(q.Archs), s.config.MaxBatch)}
	}
	d, err := s.device(q.Device)
	if err != nil {
		return nil, err
	}
	archs := make([]space.Arch, len(q.Archs))
	for i, a := range q.Archs {
		if err := a.in(d); err != nil {
			return nil, mistake{fmt.Errorf("archs[%d]: %w", i, err)}
		}
		archs[i] = a.Arch
	}
	ms, err := d.predictMs(archs)
	if err != nil {
		return nil, err
	}
	s.metrics.predictions.Add(float64(len(ms)))
	return predictResponse{d.ID, ms}, nil
}

func (s *Server) search(w http.ResponseWriter, r *http.Request) (any, error) {
	var q searchRequest
	if err := read(w, r, s.config.MaxBody, &q); err != nil {
		return nil, err
	}
	if err := q.validate(); err != nil {
		return nil, err
	}
	d, err := s.device(q.Device)
	if err != nil {
		return nil, err
	}
	if err := d.hasAccuracy(); err != nil {
		return nil, err
	}
	p, err := d.prepared()
	if err != nil {
		return nil, err
	}
	done, err := s.busy()
	if err != nil {
		return nil, err
	}
	defer done()
	config := nas.Published(d.Space, q.LimitMs)
	config.Generations, config.Population = q.Generations, q.Population
	result, err := nas.Search(r.Context(), random.Stream(q.Seed, "search"), config, p.PredictMs, accuracy.Predict, nil)
	if errors.Is(err, nas.ErrInfeasible) {
		return nil, mistake{err}
	}
	if err != nil {
		return nil, err
	}
	b := result.Best
	return found{b.Arch, b.Arch.OFA(), b.LatencyMs, b.Accuracy, d.aboutAccuracy()}, nil
}

func (s *Server) front(_ http.ResponseWriter, r *http.Request) (any, error) {
	d, err := s.device(r.URL.Query().Get("device"))
	if err != nil {
		return nil, err
	}
	done, err := s.busy()
	if err != nil {
		return nil, err
	}
	defer done()
	candidates, err := d.paretoFront(r.Context(), s.config.Front)
	if err != nil {
		return nil, err
	}
	list := []found{}
	for _, c := range candidates {
		list = append(list, found{c.Arch, c.Arch.OFA(), c.LatencyMs, c.Accuracy, ""})
	}
	return map[string]any{"device": d.ID, "front": list, "accuracy_of": d.aboutAccuracy()}, nil
}

// busy reserves one of the Config.Searches places, or errs with errBusy; done frees it.
func (s *Server) busy() (done func(), err error) {
	select {
	case s.searches <- struct{}{}:
		return func() { <-s.searches }, nil
	default:
		return nil, errBusy
	}
}
