package httpapi

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"gannet/engine/internal/web"
)

// route is one line of the API's table: what it does, for whom, and what the
// OpenAPI document says about it.
type route struct {
	method, path string
	do           action
	level        level
	body         bodyRule
	visitors     bool // also for who is nothing but a visitor
	perAddress   bool // open, but only so often to one address
	cids         bool // retries are recognised by cids, not by kept answers
	reads        bool // a POST that changes nothing
	mints        bool // the answer has a token, so it isn't kept
	urlToken     bool // ?token= is a login
	about        about
}

// keepsAnswers reports whether a retry with the same Idempotency-Key is answered
// from what was kept.
func (rt *route) keepsAnswers() bool {
	return rt.method == http.MethodPost && !rt.cids && !rt.reads && !rt.mints && rt.level != levelOpen && rt.level != levelOperator
}

// publicRoutes lists what the public listener serves, besides the page.
func publicRoutes() []route {
	return slices.Concat(
		messageRoutes(), batchRoutes(), systemRoutes(), receiptRoutes(), changeRoutes(), reactionRoutes(),
		conversationRoutes(), groupRoutes(), memberRoutes(), joinRoutes(), banRoutes(), blockRoutes(),
		presenceRoutes(), tokenRoutes(), deskRoutes(), figureRoutes(), eventRoutes(), documentRoutes(), healthRoutes(),
	)
}

// newMux builds a router: an endpoint for each route, an answer 405 for the
// other methods of its path, 404 for everything else.
func (s *Server) newMux(routes []route) *http.ServeMux {
	mux := http.NewServeMux()
	methods := make(map[string][]string)
	for i := range routes {
		rt := &routes[i]
		label := rt.method + " " + rt.path
		mux.Handle(label, &endpoint{server: s, route: rt, stats: s.newRouteStats(label)})
		methods[rt.path] = append(methods[rt.path], rt.method)
	}
	for path, list := range methods {
		mux.Handle(path, s.refuser(errMethod, allow(list)))
	}
	mux.Handle("/", s.refuser(errNoPath, ""))
	return mux
}

// mountPlain serves a path whose answers aren't in the envelope, by GET.
func (s *Server) mountPlain(mux *http.ServeMux, path string, h http.Handler) {
	s.mountCounted(mux, path, h, s.newRouteStats("GET "+path))
}

func (s *Server) mountCounted(mux *http.ServeMux, path string, h http.Handler, stats *routeStats) {
	mux.Handle("GET "+path, &plainEndpoint{next: h, stats: stats})
	mux.Handle(path, s.refuser(errMethod, allow([]string{http.MethodGet})))
}

// mountSite serves pages, whose many files are counted as one route.
func (s *Server) mountSite(mux *http.ServeMux, site *web.Site) {
	stats := s.newRouteStats("GET pages")
	for _, path := range site.Paths() {
		s.mountCounted(mux, path, site, stats)
	}
}

// allow builds the Allow header. ServeMux serves HEAD wherever it serves GET.
func allow(methods []string) string {
	if slices.Contains(methods, http.MethodGet) {
		methods = append(methods, http.MethodHead)
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}

// isClean reports whether a path is written in the one way we serve. ServeMux
// would redirect the other ways.
func isClean(p string) bool {
	return strings.HasPrefix(p, "/") && (path.Clean(p) == p || path.Clean(p)+"/" == p)
}
