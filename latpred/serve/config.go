package serve

import (
	"cmp"
	"log/slog"
	"runtime"
	"time"
)

// Config holds the limits of a Server. Zero fields stand for the defaults given.
type Config struct {
	MaxBody     int64         // largest body of a request, bytes; 0: 1 MiB
	MaxBatch    int           // most networks in a request; 0: 4096
	Timeout     time.Duration // of a request, with the wait for its turn; 0: 30 s
	Grace       time.Duration // after which requests are broken off when the server stops; 0: 3 s
	Connections int           // open at once; further ones wait to be accepted; 0: 4096
	Searches    int           // searches that run at once; 0: half as many as cores, so that others have the rest
	Waiting     int           // searches that wait for others; further ones get status 503; 0: 256
	Front       int           // generations of the search for a device's Pareto front; 0: 200

	// Hosts are names by which clients may call the server, beside localhost and addresses
	// in numbers: without a port, in lower case. Requests for other names get status 421.
	Hosts []string

	Log *slog.Logger // nil: no log
}

// readTimeout is what a client may take for sending a request.
func (c Config) readTimeout() time.Duration { return min(c.Timeout, 10*time.Second) }

// withDefaults fills in what is zero.
func (c Config) withDefaults() Config {
	c.MaxBody, c.MaxBatch = cmp.Or(c.MaxBody, 1<<20), cmp.Or(c.MaxBatch, 4096)
	c.Timeout, c.Grace = cmp.Or(c.Timeout, 30*time.Second), cmp.Or(c.Grace, 3*time.Second)
	c.Connections, c.Searches, c.Waiting = cmp.Or(c.Connections, 4096), cmp.Or(c.Searches, max(1, runtime.GOMAXPROCS(0)/2)), cmp.Or(c.Waiting, 256)
	c.Front = cmp.Or(c.Front, 200)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}
