package engine

import (
	"context"
	"fmt"
	"net/http"

	"gannet/engine/internal/tlsport"
)

// edge is what listen.tls needs; nothing without that key.
type edge struct {
	port        *tlsport.Port // takes WebSockets to the loops
	certificate *tlsport.Certificate
}

// openTLS needs the reactors.
func (e *Engine) openTLS() (err error) {
	if e.cfg.Listen.TLS == "" {
		return nil
	}
	e.tls.certificate, err = tlsport.LoadCertificate(e.cfg.TLS.CertFile, e.cfg.TLS.KeyFile, e.logger)
	if err != nil {
		return fmt.Errorf("tls.cert_file, tls.key_file: %w", err)
	}
	e.tls.port = tlsport.New(tlsport.Config{Connect: e.reactors.Connect, Max: e.files.secure, Logger: e.logger})
	return nil
}

// upgrades takes WebSockets that come over TLS, nil where none can.
func (t *edge) upgrades() http.Handler {
	if t.port == nil {
		return nil
	}
	return t.port
}

// listenTLS needs the public server, which answers what is no WebSocket.
func (e *Engine) listenTLS() error {
	if e.tls.port == nil {
		return nil
	}
	if err := e.public.ListenTLS(e.cfg.Listen.TLS, e.files.secure+e.files.http, e.cfg.Limits.ConnectionsPerAddress, e.tls.certificate.Config()); err != nil {
		return fmt.Errorf("listen.tls: %w", err)
	}
	return nil
}

// TLSAddr is the address listened on for TLS, "" where there is none. Call it after
// Start.
func (e *Engine) TLSAddr() string {
	if e.tls.port == nil {
		return ""
	}
	return e.public.TLSAddr().String()
}

// closeTLS ends the connections over TLS. It comes after the loops have closed them,
// from when on each has a short time.
func (e *Engine) closeTLS(ctx context.Context) {
	if e.tls.port != nil {
		e.cut("closing connections over TLS", e.tls.port.Close(ctx))
	}
}
