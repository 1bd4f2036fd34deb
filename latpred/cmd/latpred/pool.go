package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/pool/broker"
)

// poolFlags say how a pool is reached.
type poolFlags struct {
	Pool      string `default:"devices" help:"Name of the pool."`
	Creds     string `placeholder:"FILE" help:"Of a NATS user: the file with its JWT and seed." type:"path"`
	TokenFile string `placeholder:"FILE" help:"File with the token that the server wants." type:"path"`
	TLSCA     string `name:"tls-ca" placeholder:"FILE" help:"Certificates that the server's is judged by (default: the system's)." type:"path"`
	TLSCert   string `name:"tls-cert" placeholder:"FILE" help:"Certificate of this client, with --tls-key." type:"path"`
	TLSKey    string `name:"tls-key" placeholder:"FILE" help:"Its key." type:"path"`
}

const (
	ownServer   = "127.0.0.1:4222" // where a server of this program listens
	defaultPool = "devices"
)

// token reads the file of the token.
func (f *poolFlags) token() (string, error) {
	if f.TokenFile == "" {
		return "", nil
	}
	text, err := bounded.ReadFile(f.TokenFile, 4096)
	if err != nil {
		return "", fmt.Errorf("--token-file: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", fmt.Errorf("--token-file: %s is empty", f.TokenFile)
	}
	return token, nil
}

// connect connects to the pool at a URL, where a server must answer within some time.
func (f *poolFlags) connect(ctx context.Context, out *output, url string, within time.Duration) (*broker.Pool, error) {
	token, err := f.token()
	if err != nil {
		return nil, err
	}
	return broker.Connect(ctx, broker.Options{
		URL: url, Pool: f.Pool, Creds: f.Creds, Token: token, Within: within, CA: f.TLSCA, Cert: f.TLSCert, Key: f.TLSKey,
		Log: func(text string) { out.Logf("%s", text) },
	})
}
