package httpapi

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// secureListener is the listener for TLS, in front of the same routes.
type secureListener struct {
	net.Listener
	bounded *boundedListener
}

// Close implements net.Listener. It may be called again.
func (l *secureListener) Close() error { return l.bounded.Close() }

// ListenTLS takes a second address, for HTTP/1.1 and HTTP/2 over TLS, with at most
// maxConns connections; of one address perAddress, besides WebSockets, or any number
// if that is 0. Call it before Serve.
func (s *service) ListenTLS(addr string, maxConns, perAddress int, c *tls.Config) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen for HTTPS: %w", err)
	}
	bounded := newBoundedListener(l, maxConns, s.proxies)
	bounded.crowd = newCrowd(perAddress)
	s.secure = &secureListener{tls.NewListener(bounded, c), bounded}
	return nil
}

// TLSAddr is the address listened on for TLS, nil where there is none.
func (s *service) TLSAddr() net.Addr {
	if s.secure == nil {
		return nil
	}
	return s.secure.Addr()
}

// secureConnections is the number of open connections over TLS.
func (s *service) secureConnections() float64 {
	if s.secure == nil {
		return 0
	}
	return float64(s.secure.bounded.open.Load())
}

// isUpgrade reports whether a request asks for a WebSocket (RFC 6455 §4.2.1). With
// HTTP/2 browsers ask for one over another connection.
func isUpgrade(r *http.Request) bool {
	if r.ProtoMajor != 1 || r.Method != http.MethodGet || r.ContentLength != 0 {
		return false
	}
	for _, value := range r.Header["Upgrade"] {
		for protocol := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(protocol), "websocket") {
				return true
			}
		}
	}
	return false
}
