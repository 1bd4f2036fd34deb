package broker

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// ServerOptions say how a server of this process runs.
type ServerOptions struct {
	Listen  string // host:port; port 0: any that is free
	Dir     string // for what is to outlive it
	Token   string // that clients must know; needed where Listen is not this machine alone
	Cert    string // file of its certificate, with Key; "": no TLS
	Key     string
	Name    string   // in a cluster; "": there is none
	Cluster string   // host:port for the other servers
	Routes  []string // nats://host:port of all servers' Cluster
}

// Server is a NATS server with JetStream in this process.
type Server struct{ s *server.Server }

// StartServer starts a server and waits until it takes connections.
func StartServer(o ServerOptions) (*Server, error) {
	host, port, err := hostPort(o.Listen)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); o.Token == "" && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listening on %s lets everybody who reaches it give orders to the pool: set a token, or listen on 127.0.0.1", o.Listen)
	}
	options := &server.Options{
		Host: host, Port: port, Authorization: o.Token, ServerName: o.Name,
		JetStream: true, StoreDir: o.Dir, SyncAlways: true, MaxPayload: maxPayload,
		NoSigs: true, NoLog: true,
	}
	if port == 0 {
		options.Port = server.RANDOM_PORT
	}
	if o.Cert != "" {
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			return nil, err
		}
		options.TLS, options.TLSConfig = true, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	if o.Name != "" {
		if options.Cluster.Host, options.Cluster.Port, err = hostPort(o.Cluster); err != nil {
			return nil, err
		}
		options.Cluster.Name = "ofalat"
		for _, r := range o.Routes {
			u, err := url.Parse(r)
			if err != nil {
				return nil, err
			}
			options.Routes = append(options.Routes, u)
		}
	}
	s, err := server.NewServer(options)
	if err != nil {
		return nil, err
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		s.Shutdown()
		return nil, fmt.Errorf("a server on %s takes no connections; is the port in use?", o.Listen)
	}
	if !s.JetStreamEnabled() {
		s.Shutdown()
		return nil, errors.New("the server's JetStream does not start: is its folder " + o.Dir + " writable?")
	}
	return &Server{s}, nil
}

// maxPayload is the largest message of an own server, in bytes; a NATS server's default is
// a megabyte.
const maxPayload = 8 << 20

func hostPort(listen string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(listen)
	if err == nil {
		port, err = strconv.Atoi(text)
	}
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("%q: want host:port, such as 127.0.0.1:4222", listen)
	}
	return host, port, nil
}

// URL is where clients find the server.
func (s *Server) URL() string { return s.s.ClientURL() }

// Close ends the server.
func (s *Server) Close() {
	s.s.Shutdown()
	s.s.WaitForShutdown()
}
