package httpapi

import (
	"log/slog"
	"net/http"
	"net/http/pprof"
	"slices"

	"gannet/codec/wire"
	"gannet/engine/internal/metrics"
	"gannet/engine/internal/web"
)

// adminConns bounds the operator's listener: scrapers, a few people.
const adminConns = 64

// adminBody bounds the body of a request to it.
const adminBody = 64 << 10

// AdminConfig configures the operator's server. All fields are needed but Token.
type AdminConfig struct {
	// Local says that the address listened on is a loopback one. Requests under
	// any other name are refused then, as in dev mode: a web page must not read
	// profiles by letting its name resolve to this machine.
	Local bool
	// Token is what a login shows; empty means that there is none. Then profiles,
	// backup, rekey and webhooks are served only while Local.
	Token   string
	Backups Backups
	Rekey   Rekey
	Live    Live

	Webhooks Webhooks

	Ready   func() *wire.Error // as in Config
	Metrics *metrics.Registry
	Logger  *slog.Logger
}

// NewAdmin builds the operator's server: metrics and the health paths, which need
// no login, profiles, backup, rekey and webhooks. It counts none of its own requests.
func NewAdmin(c AdminConfig) *Server {
	s := &Server{
		origins: Origins{Dev: c.Local}, ready: c.Ready, logger: c.Logger,
		operator: newOperatorLogin(c.Token, c.Local), backups: c.Backups, rekey: c.Rekey, live: c.Live,
		webhooks: c.Webhooks, maxBody: adminBody,
	}
	s.service = newService(s, adminConns, nil, c.Logger)
	s.http.ReadTimeout = 0 // its end would cancel a profile of more seconds
	s.mux = s.newMux(adminRoutes())
	s.mountPlain(s.mux, "/metrics", scrape(c.Metrics, c.Logger))
	s.mountSite(s.mux, web.NewAdmin())
	s.mountProfiles(s.mux)
	c.Metrics.GaugeFunc(metrics.HTTPConnections, s.connections, "admin")
	return s
}

func scrape(r *metrics.Registry, logger *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		if err := r.Write(w); err != nil {
			logger.Debug("a scrape was cut off", "error", err)
		}
	})
}

// adminRoutes lists what the operator's listener serves, besides metrics and
// profiles.
func adminRoutes() []route {
	return slices.Concat(healthRoutes(), liveRoutes(), backupRoutes(), rekeyRoutes(), webhookRoutes())
}

// mountProfiles serves pprof without net/http/pprof's own registration, which
// goes to a mux that nobody listens on. The command line is left out: a secret
// may stand in it.
func (s *Server) mountProfiles(mux *http.ServeMux) {
	for path, h := range map[string]http.HandlerFunc{
		"/debug/pprof/":        pprof.Index, // and the named profiles below it
		"/debug/pprof/profile": pprof.Profile,
		"/debug/pprof/symbol":  pprof.Symbol,
		"/debug/pprof/trace":   pprof.Trace,
	} {
		mux.HandleFunc(path, s.forOperator(h))
	}
}

// forOperator asks for the login. Profiles show memory, so it is the same as for
// backups.
func (s *Server) forOperator(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.operator.admit(r); err != nil {
			s.refuse(w, r, err)
			return
		}
		next(w, r)
	}
}
