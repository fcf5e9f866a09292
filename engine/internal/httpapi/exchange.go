package httpapi

import (
	"net/http"
	"strconv"

	"gannet/codec/wire"
	"gannet/engine/auth"
	"gannet/engine/internal/desk"
)

// exchange is one request on its way to its answer, with the buffers for both.
// It belongs to the goroutine that serves the request, and goes back to the
// pool when the answer was handed to net/http.
type exchange struct {
	w http.ResponseWriter
	r *http.Request

	user    string        // who is logged in, or whom the backend acts for; may be ""
	backend string        // the backend whose API key came; "" is none
	token   auth.Identity // what the token says; zero where there was none
	role    desk.Role     // of the login

	query query        // of the URL
	req   wire.Request // room for actions that need one
	body  []byte       // of the request
	out   []byte       // the answer; actions append their data

	stream http.HandlerFunc // set by an action that answers with a stream instead
	spoilt bool             // somebody may still hold the buffers
}

// keepBytes bounds the buffers that wait in the pool.
const keepBytes = 256 << 10

func (s *Server) take(w http.ResponseWriter, r *http.Request) *exchange {
	x, _ := s.exchanges.Get().(*exchange)
	if x == nil {
		x = &exchange{body: make([]byte, 0, 1024), out: make([]byte, 0, 8192)}
	}
	x.w, x.r = w, r
	x.body = x.body[:0]
	x.out = append(x.out[:0], okHead...)
	return x
}

func (s *Server) release(x *exchange) {
	if x.spoilt || cap(x.body) > keepBytes || cap(x.out) > keepBytes {
		return
	}
	x.w, x.r, x.user, x.backend, x.token, x.role, x.stream = nil, nil, "", "", auth.Identity{}, desk.RoleNone, nil
	x.query.reset()
	x.req.Reset()
	s.exchanges.Put(x)
}

// Header values that never change, so that they need not be built. net/http
// only reads them.
var (
	jsonType     = []string{"application/json; charset=utf-8"}
	textType     = []string{"text/plain; charset=utf-8"}
	noStore      = []string{"no-store"}
	noSniff      = []string{"nosniff"}
	bearer       = []string{`Bearer realm="gannet"`}
	closeAfter   = []string{"close"}
	varyByOrigin = []string{"Origin"}
)

// answer writes what the action appended, or the refusal, and returns the
// status.
func (x *exchange) answer(e *wire.Error) int {
	h := x.w.Header()
	status := http.StatusOK
	if e == nil {
		x.out = append(x.out, okTail...)
	} else {
		x.out = appendRefusal(x.out[:0], e)
		status = e.Code
		refusalHeader(h, e)
	}
	answerHeader(h, len(x.out))
	x.w.WriteHeader(status)
	x.write()
	return status
}

func answerHeader(h http.Header, size int) {
	h["Content-Type"] = jsonType
	h["Cache-Control"] = noStore
	h["X-Content-Type-Options"] = noSniff
	h["Content-Length"] = []string{strconv.Itoa(size)}
}

// write hands the answer over. Errors mean that the client is gone and wants no
// answer any more; net/http finds out by itself.
func (x *exchange) write() {
	if len(x.out) > gatherAbove && len(x.out) <= gatherUpTo {
		if c := connOf(x.r.Context()); c != nil {
			c.gather()
			defer c.release()
			defer x.w.(http.Flusher).Flush() // before the release
		}
	}
	_, _ = x.w.Write(x.out)
}

func refusalHeader(h http.Header, e *wire.Error) {
	switch {
	case e.Code == http.StatusUnauthorized:
		h["Www-Authenticate"] = bearer
	case e == errTooLarge || e == errBodyCut:
		h["Connection"] = closeAfter // the rest of the body is not worth reading
	}
	if e.RetryAfter > 0 {
		h["Retry-After"] = []string{retrySeconds(e.RetryAfter)}
	}
}
