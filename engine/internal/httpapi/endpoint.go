package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"gannet/codec/wire"
)

// action does what a route is for: it appends the data of its answer to x.out,
// or says why not.
type action func(s *Server, x *exchange) *wire.Error

// endpoint serves a route: login, rate, body, action, answer, figures.
type endpoint struct {
	server *Server
	route  *route
	stats  *routeStats
}

// ServeHTTP implements http.Handler.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	x := e.server.take(w, r)
	refusal := e.run(x, start)
	if stream := x.stream; stream != nil && refusal == nil {
		e.server.release(x) // it may last for days, and has buffers of its own
		e.serveStream(w, r, stream)
		return
	}
	status := x.answer(refusal)
	e.stats.observe(status, time.Since(start))
	e.server.release(x)
}

// serveStream counts a stream by its status, also one that ends itself by a panic
// (http.ErrAbortHandler). How long it took says nothing.
func (e *endpoint) serveStream(w http.ResponseWriter, r *http.Request, stream http.HandlerFunc) {
	seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	defer func() { e.stats.count(seen.status) }()
	stream(seen, r)
}

// run never panics: a fault in one request is answered 500 and logged.
func (e *endpoint) run(x *exchange, now time.Time) (err *wire.Error) {
	defer func() {
		if fault := recover(); fault != nil {
			x.spoilt = true
			e.server.logger.Error("panic while serving a request", "path", x.r.URL.Path, "fault", fault, "stack", string(debug.Stack()))
			err = errInternal
		}
	}()
	if err := x.query.parse(x.r.URL.RawQuery); err != nil {
		return err
	}
	if err := e.server.admit(x, e.route, now); err != nil {
		hold(x.r.Context())
		return err
	}
	if err := e.server.readBody(x, e.route.body); err != nil {
		return err
	}
	if e.route.keepsAnswers() {
		return e.server.once(x, e.route.do)
	}
	return e.route.do(e.server, x)
}

// holdTime is how long it takes until somebody who may not ask, or not so often, is
// told so.
const holdTime = 25 * time.Millisecond

// hold has a refusal wait: who floods the server on some connections, or tries
// logins, waits for it each time, and leaves the processor to the others.
func hold(ctx context.Context) {
	timer := time.NewTimer(holdTime)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// admit lets a request pass that comes from somebody who may ask for this, and
// not too often.
func (s *Server) admit(x *exchange, rt *route, now time.Time) *wire.Error {
	switch {
	case rt.perAddress:
		return s.arrivals.take(s.addressOf(x.r), now)
	case rt.level == levelOpen:
		return nil
	case rt.level == levelOperator:
		return s.operator.admit(x.r)
	}
	if err := s.login(x, rt.urlToken); err != nil {
		return err
	}
	if err := rt.check(x); err != nil {
		return err
	}
	if x.backend != "" {
		return nil
	}
	return s.rate.take(x.user, now)
}

// refusal turns an error of the chat rules into an answer, and logs what should
// not have happened.
func (s *Server) refusal(x *exchange, err error) *wire.Error {
	answer, unexpected := asError(err)
	if unexpected != nil {
		s.logger.LogAttrs(x.r.Context(), slog.LevelError, "request failed",
			slog.String("path", x.r.URL.Path), slog.String("user", x.user), slog.Any("error", unexpected))
	}
	return answer
}

// done ends an action that answers nothing but that it was done.
func (s *Server) done(x *exchange, err error) *wire.Error {
	if err != nil {
		return s.refusal(x, err)
	}
	x.out = append(x.out, noData...)
	return nil
}

// refuser returns a handler that refuses everything with e.
func (s *Server) refuser(e *wire.Error, allow string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if allow != "" {
			w.Header()["Allow"] = []string{allow}
		}
		s.refuse(w, r, e)
	})
}

// refuse answers a request that reached no endpoint.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, e *wire.Error) {
	start := time.Now()
	x := s.take(w, r)
	s.unrouted.observe(x.answer(e), time.Since(start))
	s.release(x)
}
