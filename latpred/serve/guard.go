package serve

import (
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// refusal is an error of a request that is answered with a status of its own.
type refusal struct {
	error
	status int
}

// guarded refuses requests that other web pages make a browser send: those for a name that
// is not the server's (an attacker's name can be made to lead here: DNS rebinding), and
// those that a browser says come from another site. Links to the page are followed.
func (s *Server) guarded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := s.called(r.Host)
		if err == nil && r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate" {
			err = refusal{errors.New("a page of another site may not ask this server"), http.StatusForbidden}
		}
		if err == nil {
			if sent := s.origins.Check(r); sent != nil {
				err = refusal{sent, http.StatusForbidden}
			}
		}
		if err != nil {
			answer(w, status(err), map[string]string{"error": err.Error()})
			return
		}
		h.ServeHTTP(w, r)
	})
}

// called errs if a Host header names neither this machine in numbers, nor localhost, nor
// one of Config.Hosts.
func (s *Server) called(host string) error {
	name := host
	if before, _, err := net.SplitHostPort(host); err == nil {
		name = before
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if _, err := netip.ParseAddr(name); err == nil || name == "localhost" || slices.Contains(s.config.Hosts, name) {
		return nil
	}
	return refusal{fmt.Errorf("this server is not called %.100q: ask for its address or localhost, or start it with --host and the name", host), http.StatusMisdirectedRequest}
}

// isJSON errs unless a request says that its body is JSON. Pages of other sites can send
// other types without the browser asking first.
func isJSON(r *http.Request) error {
	kind := r.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(kind); err != nil || media != "application/json" {
		return refusal{fmt.Errorf("the request's Content-Type is %.100q: want application/json", kind), http.StatusUnsupportedMediaType}
	}
	return nil
}
