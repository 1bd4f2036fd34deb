package broker

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate makes one for 127.0.0.1 that signs itself.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "pool"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, of, of, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// A server with a certificate takes only clients that trust it, and that know its token.
func TestPoolTLS(t *testing.T) {
	cert, key := certificate(t)
	s, err := StartServer(ServerOptions{Listen: "127.0.0.1:0", Dir: t.TempDir(), Cert: cert, Key: key, Token: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if !strings.HasPrefix(s.URL(), "tls://") {
		t.Errorf("its address is %s", s.URL())
	}
	p, err := Connect(t.Context(), Options{URL: s.URL(), Pool: "test", CA: cert, Token: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	for want, o := range map[string]Options{"certificate": {Token: "secret"}, "authorization": {CA: cert, Token: "guess"}} {
		o.URL, o.Pool = s.URL(), "test"
		if _, err := Connect(t.Context(), o); err == nil || !strings.Contains(strings.ToLower(err.Error()), want) {
			t.Errorf("%+v: %v, want …%s…", o, err, want)
		}
	}
	if _, err := StartServer(ServerOptions{Listen: "127.0.0.1:0", Dir: t.TempDir(), Cert: key, Key: key}); err == nil {
		t.Error("a key was taken as a certificate")
	}
}
