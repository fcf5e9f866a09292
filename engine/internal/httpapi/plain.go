package httpapi

import (
	"net/http"
	"time"
)

// plainEndpoint serves what comes as it is: the page and its files, metrics.
type plainEndpoint struct {
	next  http.Handler
	stats *routeStats
}

// ServeHTTP implements http.Handler.
func (e *plainEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	e.next.ServeHTTP(seen, r)
	e.stats.observe(seen.status, time.Since(start))
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
