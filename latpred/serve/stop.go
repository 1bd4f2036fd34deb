package serve

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// drain is how long a server that stops still takes requests of connections that are open.
// Each answer says that its connection closes, so that a client that asks one thing after
// the other loses none.
const drain = 250 * time.Millisecond

// hurry is how long a client may still take for a request that it has begun to send.
const hurry = time.Second

// listener accepts a bounded number of connections at once, and knows those that are open.
type listener struct {
	net.Listener
	places  *semaphore.Weighted
	closing context.Context // ends the wait for a place
	close   context.CancelFunc

	mu   sync.Mutex
	open map[*conn]struct{}
	last time.Time // when one was accepted
}

func newListener(l net.Listener, connections int) *listener {
	closing, end := context.WithCancel(context.Background())
	return &listener{Listener: l, places: semaphore.NewWeighted(int64(connections)), closing: closing, close: end, open: map[*conn]struct{}{}}
}

// Accept waits until there is a place, then for a connection.
func (l *listener) Accept() (net.Conn, error) {
	if err := l.places.Acquire(l.closing, 1); err != nil {
		return nil, net.ErrClosed
	}
	accepted, err := l.Listener.Accept()
	if err != nil {
		l.places.Release(1)
		return nil, err
	}
	c := &conn{Conn: accepted, of: l}
	l.mu.Lock()
	l.open[c], l.last = struct{}{}, time.Now()
	l.mu.Unlock()
	return c, nil
}

// Close stops accepting.
func (l *listener) Close() error {
	l.close()
	return l.Listener.Close()
}

// closeQuietly closes when no client is just connecting, if that comes within a tenth of a
// second: a connection that has not been accepted is reset.
func (l *listener) closeQuietly() {
	const pause = 10 * time.Millisecond
	for range 10 {
		time.Sleep(pause)
		l.mu.Lock()
		quiet := time.Since(l.last) > pause
		l.mu.Unlock()
		if quiet {
			break
		}
	}
	_ = l.Close() // nobody is left to be told
}

// hurry gives the clients that are sending a request, or none, until a time.
func (l *listener) hurry(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		c.hurry(until)
	}
}

// conn is a connection, which is answered or waits for its client.
type conn struct {
	net.Conn
	of     *listener
	closed sync.Once

	mu        sync.Mutex
	answering bool      // a request has been read and its answer is not written
	until     time.Time // the end of every wait for the client; zero: none is set
}

func (c *conn) hurry(until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = until
	if !c.answering {
		_ = c.Conn.SetReadDeadline(until) // a connection that is closed needs none
	}
}

// SetReadDeadline is called by the server; while the client is waited for, what was said by
// hurry counts if it is earlier.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.answering && !c.until.IsZero() && (t.IsZero() || t.After(c.until)) {
		t = c.until
	}
	return c.Conn.SetReadDeadline(t)
}

// set says whether a request of the connection is being answered: that takes as long as it
// may, whatever the client had for sending it.
func (c *conn) set(answering bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answering = answering
	switch {
	case answering:
		_ = c.Conn.SetReadDeadline(time.Time{})
	case !c.until.IsZero():
		_ = c.Conn.SetReadDeadline(c.until)
	}
}

// Close frees the place.
func (c *conn) Close() error {
	c.closed.Do(func() {
		c.of.mu.Lock()
		delete(c.of.open, c)
		c.of.mu.Unlock()
		c.of.places.Release(1)
	})
	return c.Conn.Close()
}

// connKey is the key of a request's *conn in its context.
type connKey struct{}

// answering says that a request has been read, so that the server waits for its answer when
// it stops.
func answering(ctx context.Context) {
	if c, ok := ctx.Value(connKey{}).(*conn); ok {
		c.set(true)
	}
}

// errStopping is the cause of the end of requests when the server stops.
var errStopping = errors.New("the server is stopping")

// stop ends a server: it accepts no more connections, for a moment takes what comes on those
// that are open, then waits for the requests that run. Config.Grace after its begin they are
// broken off, with status 503.
func (s *Server) stop(server *http.Server, l *listener, breakOff context.CancelCauseFunc) error {
	s.config.Log.Info("stopping")
	late := time.AfterFunc(s.config.Grace, func() { breakOff(errStopping) })
	defer late.Stop()
	end, cancel := context.WithTimeout(context.Background(), s.config.Grace+time.Second)
	defer cancel()
	l.closeQuietly()
	s.stopping.Store(true)
	l.hurry(time.Now().Add(hurry))
	time.Sleep(drain)
	if err := server.Shutdown(end); err != nil && !errors.Is(err, net.ErrClosed) {
		return errors.Join(errors.New("serve: connections were cut off that did not end in time"), server.Close())
	}
	return nil
}
