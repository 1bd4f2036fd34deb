package pipe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/serve"
	"github.com/ofalat/ofalat/latpred/space"
)

// maxOpen is how many predictors may be open at once.
const maxOpen = 1024

// Serve answers requests until r ends, which is no error. It errs if a message does not keep to
// the form or can't be written, and after the request in hand when ctx ends.
func Serve(ctx context.Context, r io.Reader, w io.Writer) error {
	s := newServer(r, w)
	if err := s.write(map[string]int{"pipe": form}, nil); err != nil {
		return err
	}
	for {
		head, body, err := s.read()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if err := s.write(s.answer(ctx, head, body)); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// server has the predictors that are open.
type server struct {
	*messages
	open map[int]*predictor
	last int   // the number given last
	five *rows // of OFA's five stages
}

func newServer(r io.Reader, w io.Writer) *server {
	return &server{messages: newMessages(r, w), open: map[int]*predictor{}, five: newRows(space.OFA5)}
}

type predictor struct {
	device *serve.Device
	rows   *rows
}

// mistake is an error of whoever asked.
type mistake struct{ error }

// answer does what a request asks for. A panic is an error of the request: whoever asked may
// have other predictors here.
func (s *server) answer(ctx context.Context, head, body []byte) (a Answer, out []byte) {
	defer func() {
		if p := recover(); p != nil {
			a, out = Answer{Error: fmt.Sprintf("latpred made a mistake: %v", p)}, nil
		}
	}()
	var q Request
	err := json.Unmarshal(head, &q)
	if err == nil {
		out, err = s.do(ctx, q, body, &a)
	}
	if err != nil {
		text := err.Error()
		return Answer{Error: text[:min(len(text), longest)], Mistake: serve.IsMistake(err) || errors.As(err, new(mistake))}, nil
	}
	return a, out
}

func (s *server) do(ctx context.Context, q Request, body []byte, a *Answer) ([]byte, error) {
	switch q.Do {
	case Open:
		opened, err := s.opened(ctx, q)
		if err != nil {
			return nil, err
		}
		return json.Marshal(opened)
	case Close:
		for _, id := range q.IDs {
			delete(s.open, id)
		}
		return nil, nil
	case Accuracy:
		return s.accuracies(q, body)
	case Describe:
		return s.describe(q, body)
	case Predict, Bounds:
		return s.predict(ctx, q, body, a)
	}
	return nil, mistake{fmt.Errorf("nothing is called %q: there are %s, %s, %s, %s, %s and %s", q.Do, Open, Close, Predict, Bounds, Accuracy, Describe)}
}

// predict answers Predict and Bounds.
func (s *server) predict(ctx context.Context, q Request, body []byte, a *Answer) ([]byte, error) {
	p := s.open[q.ID]
	if p == nil {
		return nil, mistake{fmt.Errorf("no predictor %d is open", q.ID)}
	}
	archs, err := networks(q, body, p.rows, p.device)
	if err != nil {
		return nil, err
	}
	if q.Do == Predict {
		ms, err := p.device.PredictMs(ctx, archs)
		return numbers(ms), err
	}
	low, high, err := p.device.BoundsMs(ctx, archs, q.Level)
	if err != nil {
		return nil, err
	}
	of, err := p.device.Predictor(ctx)
	for _, w := range latpred.Doubts(of, q.Level) {
		a.Warnings = append(a.Warnings, w.Message)
	}
	return numbers(low, high), err
}

// opened opens a predictor.
func (s *server) opened(ctx context.Context, q Request) (*Opened, error) {
	if len(s.open) == maxOpen {
		return nil, mistake{fmt.Errorf("%d predictors are open: close some", maxOpen)}
	}
	d, err := serve.Open(ctx, q.Name, q.Space)
	if err != nil {
		return nil, err
	}
	p, err := d.Predictor(ctx)
	if err != nil {
		return nil, err
	}
	s.last++
	of := &predictor{d, newRows(d.Space.Family)}
	s.open[s.last] = of
	_, intervals := p.(latpred.IntervalPredictor)
	return &Opened{
		ID: s.last, Kind: p.Kind(), Space: d.Space.ID, Assumed: d.Assumed, Family: d.Space.Family.ID, OFA: of.rows.ofa,
		Slots: d.Space.Slots(), Stages: len(d.Space.Family.Stages), Resolutions: d.Space.Resolutions,
		Intervals: intervals, Provenance: p.Provenance().WithoutUses(),
	}, nil
}

// networks reads those of a request. d may be nil.
func networks(q Request, body []byte, r *rows, d *serve.Device) ([]space.Arch, error) {
	if !q.Rows {
		return serve.Networks(body, MaxNetworks, d)
	}
	archs, err := r.decode(body)
	if err != nil {
		return nil, mistake{err}
	}
	return archs, nil
}

// accuracies predicts them.
func (s *server) accuracies(q Request, body []byte) ([]byte, error) {
	archs, err := networks(q, body, s.five, nil)
	if err != nil {
		return nil, err
	}
	values := make([]float64, len(archs))
	if err := accuracy.Predict(values, archs); err != nil {
		return nil, mistake{err}
	}
	return numbers(values), nil
}

// describe gives networks in the forms of Description.
func (s *server) describe(q Request, body []byte) ([]byte, error) {
	archs, err := networks(q, body, s.five, nil)
	if err != nil {
		return nil, err
	}
	list := make([]Description, len(archs))
	for i, a := range archs {
		list[i] = Description{a, a.OFA()}
	}
	return json.Marshal(list)
}
