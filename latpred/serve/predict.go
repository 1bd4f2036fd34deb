package serve

import (
	"fmt"
	"net/http"

	"github.com/ofalat/ofalat/latpred/space"
)

type predictRequest struct {
	Device string `json:"device"`
	Archs  []arch `json:"archs"`
}

type predictResponse struct {
	Device    string    `json:"device"`
	LatencyMs []float64 `json:"latency_ms"`
}

// predict answers a batch of networks.
func (s *Server) predict(w http.ResponseWriter, r *http.Request) (any, error) {
	text, err := s.body(w, r)
	if err != nil {
		return nil, err
	}
	mine, err := s.turns.wait(r.Context())
	if err != nil {
		return nil, err
	}
	defer func() { mine.done() }()
	q, ok := scan(string(text))
	if !ok {
		if err := decode(text, &q); err != nil {
			return nil, err
		}
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
	if !d.isReady() { // others may compute meanwhile
		mine.done()
		if _, err := d.await(r.Context()); err != nil {
			return nil, err
		}
		if mine, err = s.turns.wait(r.Context()); err != nil {
			mine = &turn{} // none, to be ended
			return nil, err
		}
	}
	p, err := d.prepared()
	if err != nil {
		return nil, err
	}
	ms, err := d.predictMs(p, archs)
	if err != nil {
		return nil, err
	}
	s.metrics.predictions.Add(float64(len(ms)))
	return predictResponse{d.ID, ms}, nil
}
