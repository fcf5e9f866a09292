package httpapi

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"gannet/engine/internal/metrics"
)

// routeStats counts the answers of one route. A status gets its series when it
// is first answered, so that a scrape isn't full of zeros.
type routeStats struct {
	registry *metrics.Registry
	route    string
	seconds  metrics.Histogram

	counts [600 - 100]atomic.Pointer[metrics.Counter] // by status − 100
	mu     sync.Mutex                                 // held while a counter is made
}

func (s *Server) newRouteStats(route string) *routeStats {
	r := s.metrics
	if r == nil {
		return nil
	}
	return &routeStats{registry: r, route: route, seconds: r.Histogram(metrics.HTTPSeconds, route)}
}

// observe counts an answer. A nil routeStats counts nothing.
func (s *routeStats) observe(status int, took time.Duration) {
	if s == nil {
		return
	}
	s.counter(status).Inc()
	s.seconds.ObserveDuration(took)
}

// count is observe for an answer whose duration says nothing.
func (s *routeStats) count(status int) {
	if s != nil {
		s.counter(status).Inc()
	}
}

func (s *routeStats) counter(status int) *metrics.Counter {
	place := &s.counts[status-100]
	if c := place.Load(); c != nil {
		return c
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := place.Load(); c != nil {
		return c
	}
	c := s.registry.Counter(metrics.HTTPRequests, s.route, strconv.Itoa(status))
	place.Store(&c)
	return &c
}
