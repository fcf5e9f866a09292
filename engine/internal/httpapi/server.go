package httpapi

import (
	"log/slog"
	"net/http"
	"sync"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/internal/metrics"
	"gannet/engine/internal/web"
)

// Config of the public server. All fields are needed, except those that say
// otherwise.
type Config struct {
	Chat   Chat
	Auth   Auth
	Keys   Keys   // nil: there are no API keys
	Events Events // serves GET /api/v1/events
	Desk   Desk

	Visitors       Visitors // nil: anonymous visitors may not come
	PerMinute      int      // visitors who may come from one address; 0: any number
	IdentitySecret []byte   // by which the site says who a visitor is; empty: by its tokens only

	SystemUser string // whom system messages come from; nobody else may be it
	PerSecond  int    // requests of one user; 0: any number
	Burst      int    // how many of them may come at once after a pause

	Origins        Origins            // who may call from a browser; Dev also lets ?uid= in
	MaxBody        int                // bytes of a request's body
	MaxConnections int                // open connections; above it, accepting pauses
	Pages          web.Config         // what people see
	Proxies        codec.Proxies      // peers that are believed about whom they speak for
	Upgrade        http.Handler       // takes WebSockets that come over TLS; nil: there is no TLS
	Ready          func() *wire.Error // nil while the engine takes traffic; called by any goroutine

	Metrics *metrics.Registry
	Logger  *slog.Logger
}

// Server is an HTTP server: the public one, or the operator's (see NewAdmin).
// After Listen has returned, its methods may be called by any goroutine.
type Server struct {
	service
	chat       Chat
	auth       Auth
	keys       Keys
	events     Events
	desk       Desk
	visitors   Visitors
	identity   []byte
	systemUser string
	origins    Origins
	maxBody    int
	ready      func() *wire.Error
	upgrade    http.Handler
	metrics    *metrics.Registry // nil: requests are not counted
	logger     *slog.Logger

	rate      rate // of users
	arrivals  rate // of visitors, by address
	underWay  underWay
	document  []byte // of GET /api/v1/openapi.json
	operator  operatorLogin
	backups   Backups
	rekey     Rekey
	webhooks  Webhooks
	live      Live
	mux       *http.ServeMux
	unrouted  *routeStats
	exchanges sync.Pool
}

// New builds a server, which doesn't listen yet.
func New(c Config) *Server {
	s := &Server{
		chat: c.Chat, auth: c.Auth, keys: c.Keys, events: c.Events, systemUser: c.SystemUser,
		desk: c.Desk, visitors: c.Visitors, identity: c.IdentitySecret,
		origins: c.Origins, maxBody: c.MaxBody, ready: c.Ready, upgrade: c.Upgrade, metrics: c.Metrics, logger: c.Logger,
	}
	s.rate.set(c.PerSecond, c.Burst)
	if c.Visitors != nil {
		s.arrivals.setPerMinute(c.PerMinute, maxAddresses)
	}
	s.service = newService(s, c.MaxConnections, c.Proxies, c.Logger)
	s.unrouted = s.newRouteStats("none")
	s.document = description()
	s.mux = s.newMux(publicRoutes())
	s.mountSite(s.mux, web.New(c.Pages))
	c.Metrics.GaugeFunc(metrics.HTTPConnections, s.connections, "public")
	c.Metrics.GaugeFunc(metrics.HTTPConnections, s.secureConnections, "tls")
	return s
}

// ServeHTTP implements http.Handler: the guard, then the router.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) > 0 {
		// The request may have had a Content-Length too, which net/http leaves out. A
		// proxy that went by it sees another end, so nothing more is read of what comes
		// over this connection (RFC 9112 §6.1).
		w.Header()["Connection"] = closeAfter
	}
	if s.upgrade != nil && r.TLS != nil && isUpgrade(r) {
		if c := socketOf(r.Context()); c != nil {
			c.seat.leave() // the loops count it
		}
		s.upgrade.ServeHTTP(w, r) // it has guards of its own
		return
	}
	if err := s.guard(w.Header(), r); err != nil {
		s.refuse(w, r, err)
		return
	}
	switch {
	case isPreflight(r):
		answerPreflight(w.Header())
		w.WriteHeader(http.StatusNoContent)
		s.unrouted.observe(http.StatusNoContent, 0)
	case !isClean(r.URL.Path):
		s.refuse(w, r, errNoPath)
	default:
		s.mux.ServeHTTP(w, r)
	}
}
