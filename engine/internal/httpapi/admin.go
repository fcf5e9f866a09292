package httpapi

import (
	"log/slog"
	"net/http"
	"net/http/pprof"

	"gannet/codec/wire"
	"gannet/engine/internal/metrics"
)

// adminConns bounds the operator's listener: scrapers, a few people.
const adminConns = 64

// AdminConfig configures the operator's server. All fields are needed.
type AdminConfig struct {
	// Local says that the address listened on is a loopback one. Requests under
	// any other name are refused then, as in dev mode: a web page must not read
	// profiles by letting its name resolve to this machine.
	Local   bool
	Ready   func() *wire.Error // as in Config
	Metrics *metrics.Registry
	Logger  *slog.Logger
}

// NewAdmin builds the operator's server: metrics, profiles and the health paths.
// It asks for no login, so its address has to be private. It counts none of its
// own requests.
func NewAdmin(c AdminConfig) *Server {
	s := &Server{origins: Origins{Dev: c.Local}, ready: c.Ready, logger: c.Logger}
	s.service = newService(s, adminConns, c.Logger)
	s.http.ReadTimeout = 0 // its end would cancel a profile of more seconds
	s.mux = s.newMux(healthRoutes())
	s.mountPlain(s.mux, "/metrics", scrape(c.Metrics, c.Logger))
	mountProfiles(s.mux)
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

// mountProfiles serves pprof without net/http/pprof's own registration, which
// goes to a mux that nobody listens on. The command line is left out: a secret
// may stand in it.
func mountProfiles(mux *http.ServeMux) {
	mux.HandleFunc("/debug/pprof/", pprof.Index) // and the named profiles below it
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
}
