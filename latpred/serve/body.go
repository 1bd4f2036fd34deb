package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// small bodies, in bytes, are read at once. Of larger ones so many are read at once that
// together they need at most largeBodies bytes, whatever the number of connections.
const (
	small       = 64 << 10
	largeBodies = 64 << 20
)

// body reads the body of a request, JSON of at most Config.MaxBody bytes.
func (s *Server) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := isJSON(r); err != nil {
		return nil, err
	}
	if r.ContentLength > s.config.MaxBody {
		return nil, &http.MaxBytesError{Limit: s.config.MaxBody}
	}
	room := max(0, r.ContentLength)
	if r.ContentLength < 0 || r.ContentLength > small {
		n := min(s.config.MaxBody, largeBodies)
		if err := s.large.Acquire(r.Context(), n); err != nil {
			return nil, refusal{errors.New("as many large requests as may be read at once are being read: ask again later"), http.StatusServiceUnavailable}
		}
		defer s.large.Release(n)
		// The wait was not the client's. A server of another kind than Serve's has no deadline.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.config.readTimeout()))
	}
	var b bytes.Buffer
	b.Grow(int(room) + bytes.MinRead)
	if _, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, s.config.MaxBody)); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, refusal{errors.New("the request's body did not come in time"), http.StatusRequestTimeout}
		}
		return nil, mistake{fmt.Errorf("request: %w", err)}
	}
	answering(r.Context())
	return b.Bytes(), nil
}

// read reads the body of a request into v.
func (s *Server) read(w http.ResponseWriter, r *http.Request, v any) error {
	text, err := s.body(w, r)
	if err != nil {
		return err
	}
	return decode(text, v)
}

// decode reads a JSON object into v. Unknown fields, and anything after the object, are
// the client's mistakes.
func decode(text []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return mistake{fmt.Errorf("request: %w", err)}
	}
	if _, err := decoder.Token(); err != io.EOF {
		return mistake{errors.New("request: more follows after its object")}
	}
	return nil
}

// answer writes v as JSON. What JSON can't hold, such as NaN, is the server's mistake.
func answer(w http.ResponseWriter, code int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		code, text = http.StatusInternalServerError, []byte(`{"error":"the server made a mistake: its answer can't be written as JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(append(text, '\n')) // the client has gone if this errs
}
