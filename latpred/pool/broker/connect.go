package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/ofalat/ofalat/latpred/pool"
)

// Options say how a pool is reached.
type Options struct {
	URL   string // nats://, tls:// or wss:// addresses, separated by commas
	Pool  string // its name: letters, digits and hyphens
	Creds string // file with a user's JWT and seed, as nsc writes it; "": none
	Token string // of a server that wants one
	CA    string // file of certificates that the server's is judged by; "": those of the system
	Cert  string // file of this client's certificate, with Key
	Key   string
	// Within is how long a server is waited for that does not listen yet; 0: 10 seconds.
	Within time.Duration
	Log    func(text string) // told what goes wrong and is tried again; nil: nobody
}

// Pool is a connection to a pool.
type Pool struct {
	options Options
	nc      *nats.Conn
	js      jetstream.JetStream
}

// wait bounds a request to the server.
const wait = 3 * time.Second

// Connect connects to the server of a pool. It errs if there is no connection when ctx ends,
// or after Options.Within. Later losses of the connection are waited for.
func Connect(ctx context.Context, o Options) (*Pool, error) {
	if o.Log == nil {
		o.Log = func(string) {}
	}
	if err := checkPool(o.Pool); err != nil {
		return nil, err
	}
	list := []nats.Option{
		nats.Name("ofalat"), nats.MaxReconnects(-1), nats.ReconnectWait(250 * time.Millisecond), nats.ReconnectJitter(100*time.Millisecond, time.Second),
		nats.Timeout(wait), nats.PingInterval(10 * time.Second), nats.MaxPingsOutstanding(2), nats.IgnoreDiscoveredServers(),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				o.Log(fmt.Sprintf("the connection to the pool is lost: %v; trying again", err))
			}
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) { o.Log("connected to the pool again, at " + nc.ConnectedUrlRedacted()) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { o.Log("pool: " + err.Error()) }),
	}
	if o.Creds != "" {
		list = append(list, nats.UserCredentials(o.Creds))
	}
	if o.Token != "" {
		list = append(list, nats.Token(o.Token))
	}
	if o.CA != "" {
		list = append(list, nats.RootCAs(o.CA))
	}
	if o.Cert != "" {
		list = append(list, nats.ClientCert(o.Cert, o.Key))
	}
	nc, err := dial(ctx, o, list)
	if err != nil {
		return nil, err
	}
	js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(wait))
	if err != nil {
		nc.Close()
		return nil, err
	}
	return &Pool{options: o, nc: nc, js: js}, nil
}

// dial connects, and tries for a while where nobody listens yet.
func dial(ctx context.Context, o Options, list []nats.Option) (*nats.Conn, error) {
	for began := time.Now(); ; {
		nc, err := nats.Connect(o.URL, list...)
		if err == nil {
			return nc, nil
		}
		if !errors.Is(err, nats.ErrNoServers) && !errors.Is(err, nats.ErrTimeout) {
			return nil, fmt.Errorf("the pool at %s: %w", redacted(o.URL), err)
		}
		if time.Since(began) > cmp.Or(o.Within, 10*time.Second) {
			return nil, fmt.Errorf("no server answers at %s: latpred campaign serve starts one, or --url names another", redacted(o.URL))
		}
		if err := sleep(ctx, 250*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// redacted is a URL without users and passwords.
func redacted(url string) string {
	list := strings.Split(url, ",")
	for i, u := range list {
		if scheme, rest, ok := strings.Cut(u, "://"); ok {
			list[i] = scheme + "://" + rest[strings.LastIndexByte(rest, '@')+1:]
		}
	}
	return strings.Join(list, ",")
}

// checkPool errs for a name that can't be part of names in NATS.
func checkPool(name string) error {
	if err := pool.CheckName(name); err != nil || strings.ContainsAny(name, ".:") {
		return fmt.Errorf("pool %q: want letters, digits, _ and -, at most 100", name)
	}
	return nil
}

// Close ends the connection after what was sent has gone out.
func (p *Pool) Close() {
	_ = p.nc.FlushTimeout(time.Second) // what is lost is said again, or lies in a file
	p.nc.Close()
}

// Names in NATS.
func (p *Pool) bucket() string { return "ofalat-" + p.options.Pool }
func (p *Pool) stream() string { return "ofalat-" + p.options.Pool }
func (p *Pool) subject(words ...string) string {
	return "ofalat." + p.options.Pool + "." + strings.Join(words, ".")
}

const (
	orderKeys      = "device."
	coordinatorKey = "coordinator"
)

// token is a name as part of a subject or key: dots and colons are escaped.
func token(name string) string {
	return strings.NewReplacer("=", "=3D", ".", "=2E", ":", "=3A").Replace(name)
}

// untoken undoes token.
func untoken(text string) string {
	return strings.NewReplacer("=3D", "=", "=2E", ".", "=3A", ":").Replace(text)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// again does something until it succeeds, ctx ends, or it fails with an error that final
// says will stay. It tells of the first failure of a row.
func (p *Pool) again(ctx context.Context, what string, final func(error) bool, f func(context.Context) error) error {
	pause := 50 * time.Millisecond
	for n := 0; ; n++ {
		limited, cancel := context.WithTimeout(ctx, wait)
		err := f(limited)
		cancel()
		if err == nil || ctx.Err() != nil || final != nil && final(err) {
			return err
		}
		if n == 0 {
			p.options.Log(fmt.Sprintf("%s: %v; trying again", what, err))
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, 2*time.Second)
	}
}
