package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"gannet/codec"
)

// Time limits of a connection. A header or a body that takes longer is cut; so
// is a client that doesn't read its answer.
const (
	headerTimeout  = 5 * time.Second
	requestTimeout = 10 * time.Second // header and body
	answerTimeout  = 30 * time.Second
	idleTimeout    = 60 * time.Second
	maxHeaderBytes = 24 << 10 // room for a token of 8 KiB
	maxStreams     = 32       // requests at a time over one connection, with HTTP/2
)

// service is the part of a Server that knows nothing of the API: a net/http
// server on a bounded listener.
type service struct {
	http     http.Server
	maxConns int
	proxies  codec.Proxies
	listener *boundedListener
	secure   *secureListener // nil: there is none
}

func newService(h http.Handler, maxConns int, proxies codec.Proxies, logger *slog.Logger) service {
	if len(proxies) > 0 {
		h = vouched(h)
	}
	return service{
		maxConns: maxConns,
		proxies:  proxies,
		http: http.Server{
			Handler:           h,
			ReadHeaderTimeout: headerTimeout,
			ReadTimeout:       requestTimeout,
			WriteTimeout:      answerTimeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeaderBytes,
			ConnContext:       withConn,
			ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),

			HTTP2: &http.HTTP2Config{MaxConcurrentStreams: maxStreams},

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
	s.listener = newBoundedListener(l, s.maxConns, s.proxies)
	return nil
}

// Addr is the address listened on. Call it after Listen.
func (s *service) Addr() net.Addr { return s.listener.Addr() }

// Serve answers requests until Shutdown, and then returns nil. Call it after
// Listen.
func (s *service) Serve() error {
	if s.secure == nil {
		return s.serve(s.listener)
	}
	ended := make(chan error, 2) // one may fail, and the other go on
	go func() { ended <- s.serve(s.secure) }()
	go func() { ended <- s.serve(s.listener) }()
	if err := <-ended; err != nil {
		return err
	}
	return <-ended
}

func (s *service) serve(l net.Listener) error {
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP on %s: %w", l.Addr(), err)
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
	if s.secure != nil {
		err = errors.Join(err, s.secure.Close())
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
