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
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/random"
)

// Server answers HTTP requests about devices. It is safe for concurrent use.
type Server struct {
	devices  []*Device
	byID     map[string]*Device
	config   Config
	turns    *turns
	searches *queue
	large    *semaphore.Weighted // bytes of large bodies
	origins  *http.CrossOriginProtection
	metrics  *metrics
	stopping atomic.Bool

	prepareOnce sync.Once
}

// New makes a server. It errs if there are no devices or two have the same ID.
func New(devices []*Device, c Config) (*Server, error) {
	if len(devices) == 0 {
		return nil, errors.New("serve: no devices")
	}
	c = c.withDefaults()
	s := &Server{
		devices: devices, byID: map[string]*Device{}, config: c, turns: newTurns(), searches: newQueue(c.Searches, c.Waiting),
		large: semaphore.NewWeighted(largeBodies), origins: http.NewCrossOriginProtection(), metrics: newMetrics(),
	}
	for _, d := range devices {
		if s.byID[d.ID] != nil {
			return nil, fmt.Errorf("serve: two devices are called %s", d.ID)
		}
		s.byID[d.ID] = d
	}
	return s, nil
}

// Serve prepares the devices in the background and answers on a listener until ctx ends.
// Then it answers what has been asked, breaks off what takes longer than Config.Grace with
// status 503, and returns nil; it errs if clients did not take their answers within a second
// more. It closes the listener, and is called once.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	base, breakOff := context.WithCancelCause(context.WithoutCancel(ctx))
	defer breakOff(nil)
	accepted := newListener(l, s.config.Connections)
	server := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: s.config.readTimeout(),
		WriteTimeout: s.config.Timeout + 5*time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog:    slog.NewLogLogger(s.config.Log.Handler(), slog.LevelWarn),
		BaseContext: func(net.Listener) context.Context { return base },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
		ConnState: func(c net.Conn, state http.ConnState) {
			if c, ok := c.(*conn); ok && state == http.StateIdle {
				c.set(false)
			}
		},
	}
	s.prepare()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(accepted) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return s.stop(server, accepted, breakOff)
	}
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
					if cause := context.Cause(ctx); errors.Is(cause, errStopping) {
						err = cause
					}
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
	return s.observed(s.guarded(mux))
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

func (s *Server) search(w http.ResponseWriter, r *http.Request) (any, error) {
	var q searchRequest
	if err := s.read(w, r, &q); err != nil {
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
	config := nas.Published(d.Space, q.LimitMs)
	config.Generations, config.Population = q.Generations, q.Population
	var result *nas.Result
	err = s.long(r.Context(), d, func(latency, accuracy nas.Estimate) (err error) {
		result, err = nas.Search(r.Context(), random.Stream(q.Seed, "search"), config, latency, accuracy, nil)
		return err
	})
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
	candidates, err := s.paretoFront(r.Context(), d)
	if err != nil {
		return nil, err
	}
	list := []found{}
	for _, c := range candidates {
		list = append(list, found{c.Arch, c.Arch.OFA(), c.LatencyMs, c.Accuracy, ""})
	}
	return map[string]any{"device": d.ID, "front": list, "accuracy_of": d.aboutAccuracy()}, nil
}

// paretoFront returns the Pareto front of accuracy and latency on a device. The first
// request for it searches; others wait for it, and search if that one breaks off.
func (s *Server) paretoFront(ctx context.Context, d *Device) ([]nas.Candidate, error) {
	if err := d.hasAccuracy(); err != nil {
		return nil, err
	}
	if err := d.frontLock.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer d.frontLock.Release(1)
	if d.front != nil {
		return d.front, nil
	}
	config := nas.Published(d.Space, 1e9)
	config.Generations = s.config.Front
	err := s.long(ctx, d, func(latency, accuracy nas.Estimate) error {
		r, err := nas.SearchFront(ctx, random.Stream(1, "front "+d.ID), config, latency, accuracy, nil)
		if err == nil {
			d.front = r.Front
		}
		return err
	})
	return d.front, err
}

// long runs a search on a device when a place and a turn are free. Its estimates let
// shorter requests go first.
func (s *Server) long(ctx context.Context, d *Device, search func(latency, accuracy nas.Estimate) error) error {
	p, err := d.await(ctx)
	if err != nil {
		return err
	}
	done, err := s.searches.enter(ctx)
	if err != nil {
		return err
	}
	defer done()
	mine, err := s.turns.wait(ctx)
	if err != nil {
		return err
	}
	defer mine.done()
	return search(mine.patient(ctx, latpred.Checked(p.Predictor)), mine.patient(ctx, accuracy.Predict))
}
