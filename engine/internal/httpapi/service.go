package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Time limits of a connection. A header or a body that takes longer is cut; so
// is a client that doesn't read its answer.
const (
	headerTimeout  = 5 * time.Second
	requestTimeout = 10 * time.Second // header and body
	answerTimeout  = 30 * time.Second
	idleTimeout    = 60 * time.Second
	maxHeaderBytes = 24 << 10 // room for a token of 8 KiB
)

// service is the part of a Server that knows nothing of the API: a net/http
// server on a bounded listener.
type service struct {
	http     http.Server
	maxConns int
	listener *boundedListener
}

func newService(h http.Handler, maxConns int, logger *slog.Logger) service {
	return service{
		maxConns: maxConns,
		http: http.Server{
			Handler:           h,
			ReadHeaderTimeout: headerTimeout,
			ReadTimeout:       requestTimeout,
			WriteTimeout:      answerTimeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeaderBytes,
			ConnContext:       withConn,
			ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),

			DisableGeneralOptionsHandler: true, // OPTIONS * passes the guard like everything else
		},
	}
}

// Listen takes the address, host:port; port 0 takes a free one.
func (s *service) Listen(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen for HTTP: %w", err)
	}
	s.listener = newBoundedListener(l, s.maxConns)
	return nil
}

// Addr is the address listened on. Call it after Listen.
func (s *service) Addr() net.Addr { return s.listener.Addr() }

// Serve answers requests until Shutdown, and then returns nil. Call it after
// Listen.
func (s *service) Serve() error {
	if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP: %w", err)
	}
	return nil
}

// Shutdown takes no more requests and waits for those under way. When ctx ends
// first, their connections are cut.
func (s *service) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	if s.listener != nil {
		err = errors.Join(err, s.listener.Close()) // where it was never served
	}
	return err
}

// connections is the number of open connections.
func (s *service) connections() float64 {
	if s.listener == nil {
		return 0
	}
	return float64(s.listener.open.Load())
}
