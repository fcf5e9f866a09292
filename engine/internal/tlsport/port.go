package tlsport

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"gannet/codec"
)

// Config says what a [Port] needs. All fields must be set.
type Config struct {
	// Connect makes a connection to a loop, on behalf of a client. When the loop has
	// closed its end, gone is called, which doesn't wait.
	Connect func(client netip.AddrPort, gone func()) (net.Conn, error)

	Max    int // connections at a time
	Logger *slog.Logger
}

// Port takes WebSockets over from an HTTP server that speaks TLS. Its methods may be
// called by any goroutine.
type Port struct {
	cfg Config

	mu     sync.Mutex
	closed bool
	pipes  map[*pipe]struct{}
	wg     sync.WaitGroup // for the pipes
}

// New makes a port. Close ends it.
func New(cfg Config) *Port {
	return &Port{cfg: cfg, pipes: make(map[*pipe]struct{})}
}

// ServeHTTP implements http.Handler for requests of WebSockets by HTTP/1.1. It
// returns when the connection is on its way.
func (p *Port) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	pipe, ok := p.enter()
	if !ok {
		refuse(w)
		return
	}
	if err := p.take(pipe, w, r); err != nil {
		p.cfg.Logger.Debug("a WebSocket over TLS was not taken", "error", err)
		pipe.cut()
		p.leave(pipe)
		return
	}
	go func() {
		pipe.run()
		p.leave(pipe)
	}()
}

// take gives pipe its two ends and hands on the request.
func (p *Port) take(pipe *pipe, w http.ResponseWriter, r *http.Request) error {
	loop, err := p.connect(r, pipe.hungUp)
	if err != nil {
		refuse(w)
		return err
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = loop.Close()
		return fmt.Errorf("take over a request: %w", err)
	}
	pipe.set(conn, loop)
	if err := conn.SetDeadline(time.Time{}); err != nil { // the server's
		return err
	}
	early, err := buffered.Reader.Peek(buffered.Reader.Buffered())
	if err != nil {
		return err
	}
	_, err = loop.Write(append(head(r), early...))
	return err
}

func (p *Port) connect(r *http.Request, gone func()) (net.Conn, error) {
	client, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return nil, fmt.Errorf("the client's address: %w", err)
	}
	addr := client.Addr().Unmap().WithZone("")
	return p.cfg.Connect(netip.AddrPortFrom(addr, client.Port()), gone)
}

// head is the request as it came, but for the order and the letter case of its
// fields. The server has made sure that no field holds the end of a line.
func head(r *http.Request) []byte {
	b := fmt.Appendf(nil, "%s %s %s\r\nHost: %s\r\n", r.Method, r.RequestURI, r.Proto, r.Host)
	for name, values := range r.Header {
		for _, value := range values {
			b = fmt.Appendf(b, "%s: %s\r\n", name, value)
		}
	}
	return append(b, "\r\n"...)
}

// retryBusy is when a client that finds no room may try again, on average.
const retryBusy = 5 * time.Second

// refuse says that there is no room, as the loops do.
func refuse(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_ = conn.SetDeadline(time.Now().Add(lingerTime))
	_, _ = conn.Write(codec.AppendReject(nil, http.StatusServiceUnavailable, "busy", "too many connections", spread(retryBusy)))
	_ = conn.Close()
}

// enter makes room for a pipe, if there is any.
func (p *Port) enter() (*pipe, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.pipes) >= p.cfg.Max {
		return nil, false
	}
	pipe := new(pipe)
	p.pipes[pipe] = struct{}{}
	p.wg.Add(1)
	return pipe, true
}

func (p *Port) leave(pipe *pipe) {
	p.mu.Lock()
	delete(p.pipes, pipe)
	p.mu.Unlock()
	p.wg.Done()
}

// Close waits until all connections have ended, which they do soon after the loops have
// closed their ends. When ctx ends first, it cuts them.
func (p *Port) Close(ctx context.Context) error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	done := make(chan struct{})
	go func() { defer close(done); p.wg.Wait() }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	for pipe := range p.pipes {
		pipe.cut()
	}
	p.mu.Unlock()
	<-done
	return ctx.Err()
}
