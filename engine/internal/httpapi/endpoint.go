package httpapi

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"gannet/codec/wire"
)

// action does what a route is for: it appends the data of its answer to x.out,
// or says why not.
type action func(s *Server, x *exchange) *wire.Error

// endpoint serves a route: login, action, answer, figures.
type endpoint struct {
	server *Server
	do     action
	open   bool
	stats  *routeStats
}

// ServeHTTP implements http.Handler.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	x := e.server.take(w, r)
	status := x.answer(e.run(x))
	e.stats.observe(status, time.Since(start))
	e.server.release(x)
}

// run never panics: a fault in one request is answered 500 and logged.
func (e *endpoint) run(x *exchange) (err *wire.Error) {
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
	if !e.open {
		if err := e.server.login(x); err != nil {
			return err
		}
	}
	return e.do(e.server, x)
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
