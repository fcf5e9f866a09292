// Package door lets connections in: it finds out who is behind a WebSocket, by
// the upgrade request or by a first message, and gives it a session of the chat
// rules, which gets everything from then on.
package door

import (
	"crypto/rand"
	"log/slog"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/auth"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/httpapi"
	"gannet/engine/internal/reactor"
	"gannet/engine/internal/sse"
)

// Tracked is the subprotocol of clients that acknowledge what they get.
const Tracked = "gannet.v1"

const (
	loginTime = 10 * time.Second // from the upgrade to a good auth message
	maxLogins = 4096             // that wait to be checked

	tooManyLogins = "too many logins at a time"
)

// Config is what a Door needs to know. All fields must be set.
type Config struct {
	Dev       bool   // ?uid= is believed
	System    string // the user that nobody can be
	Welcome   string // the greeting's text
	Heartbeat time.Duration
	Origins   httpapi.Origins
	Verifier  *auth.Verifier
	Logger    *slog.Logger
}

// Door is the reactors' handler. Its methods run on the loops; logins are checked
// by goroutines of its own.
type Door struct {
	cfg      Config
	verifier *auth.Verifier

	// To be set before Unlock.
	Chat     *chat.Service
	Reactors *reactor.Reactors
	Streams  *sse.Hub

	unlocked chan struct{}
	logins   chan func()
	quit     chan struct{}
	wg       sync.WaitGroup
}

// visitor is the Data of a connection that was accepted without a login.
type visitor struct {
	device  string
	tracked bool
	asked   bool // its login is being checked
}

// New makes a door that is locked: who comes waits. Close ends its goroutines.
func New(cfg Config) *Door {
	d := &Door{
		cfg: cfg, verifier: cfg.Verifier,
		unlocked: make(chan struct{}), logins: make(chan func(), maxLogins), quit: make(chan struct{}),
	}
	for range max(2, runtime.GOMAXPROCS(0)) {
		d.wg.Go(d.check)
	}
	return d
}

// Unlock lets them in who have come.
func (d *Door) Unlock() { close(d.unlocked) }

// Close ends the checking of logins.
func (d *Door) Close() {
	close(d.quit)
	d.wg.Wait()
}

// Open implements [reactor.Handler].
func (d *Door) Open(c *reactor.Conn, req *codec.Request) {
	<-d.unlocked // closed within moments of the first listener's start
	query, err := url.ParseQuery(req.Query)
	switch {
	case req.Path != "/" && req.Path != "/ws":
		c.Reject(404, wire.ReasonNotFound, "WebSocket is at / and /ws")
		return
	case err != nil:
		c.Reject(400, wire.ReasonBadRequest, "bad query")
		return
	case isRepeated(query):
		c.Reject(400, wire.ReasonBadRequest, "a parameter is repeated in the query string")
		return
	case !d.cfg.Origins.AllowsHost(req.Host):
		c.Reject(403, wire.ReasonForbidden, "only loopback names are served in dev mode")
		return
	case req.Origin != "" && !d.cfg.Origins.Allows(req.Origin, req.Host):
		c.Reject(403, wire.ReasonForbidden, "this origin is not allowed; see http.allowed_origins")
		return
	}
	device := query.Get("device")
	if device == "" {
		device = rand.Text()[:12]
	}
	if !wire.ValidID(device) {
		c.Reject(400, wire.ReasonBadRequest, "device must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
		return
	}
	d.identify(c, req, query, device)
}

// isRepeated reports whether a parameter comes twice: who reads the first and who
// reads the last would disagree about it.
func isRepeated(query url.Values) bool {
	for _, values := range query {
		if len(values) > 1 {
			return true
		}
	}
	return false
}

// identify finds who the request says it is, in the order of the protocol.
func (d *Door) identify(c *reactor.Conn, req *codec.Request, query url.Values, device string) {
	token := query.Get("token")
	if req.Authorization != "" {
		scheme, bearer, _ := strings.Cut(req.Authorization, " ")
		if !strings.EqualFold(scheme, "Bearer") || bearer == "" {
			rejectLogin(c, auth.ErrUnauthorized)
			return
		}
		token = bearer
	}
	switch {
	case token != "":
		if !d.verify(c.ID(), token, func(c *reactor.Conn, id auth.Identity, err error) {
			if err != nil {
				rejectLogin(c, err)
				return
			}
			d.admit(c, chat.Login{User: id.User, Role: id.Role, Device: device, Token: TokenOf(id)})
		}) {
			c.Reject(503, wire.ReasonBusy, "too many logins wait to be checked")
		}
	case d.cfg.Dev:
		d.believe(c, query, device)
	default:
		d.receive(c, device)
	}
}

// isRole reports whether a role may be claimed in dev mode.
func isRole(role string) bool {
	switch role {
	case "", chat.RoleAgent, chat.RoleSupervisor, chat.RoleVisitor:
		return true
	}
	return false
}

// believe takes ?uid= or ?user_id=, and ?role= beside it, at their word, which is
// what dev mode is.
func (d *Door) believe(c *reactor.Conn, query url.Values, device string) {
	uid, other := query.Get("uid"), query.Get("user_id")
	if uid == "" {
		uid = other
	}
	if !wire.ValidID(uid) || other != "" && other != uid || uid == d.cfg.System {
		c.Reject(401, wire.ReasonUnauthorized, "say who you are: ?uid=ID, 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
		return
	}
	role := query.Get("role")
	if !isRole(role) {
		c.Reject(401, wire.ReasonUnauthorized, "role must be agent, supervisor or visitor")
		return
	}
	d.admit(c, chat.Login{User: uid, Role: role, Device: device})
}

// admit accepts a connection of a known user, unless there are too many at a time.
func (d *Door) admit(c *reactor.Conn, login chat.Login) {
	if wait, ok := c.Login(); !ok {
		c.Postpone(wire.ReasonBusy, tooManyLogins, wait)
		return
	}
	protocol := c.Offered()
	login.Tracked = protocol == Tracked
	if c.Accept(protocol, d.welcome(login)) {
		d.enter(c, login)
	}
}

// receive accepts a connection that has yet to say who it is: a page in a
// browser can't set headers and may not want its token in an address.
func (d *Door) receive(c *reactor.Conn, device string) {
	protocol := c.Offered()
	v := &visitor{device: strings.Clone(device), tracked: protocol == Tracked}
	if !c.Accept(protocol) {
		return
	}
	c.Data = v
	id := c.ID()
	time.AfterFunc(loginTime, func() {
		d.Reactors.DoConn(id, func(c *reactor.Conn) {
			if _, still := c.Data.(*visitor); still {
				c.Close(codec.CloseAuth, "no login came in time")
			}
		})
	})
}

// enter gives the connection its session. What Bind keeps are copies: the login
// may lie in the upgrade request.
func (d *Door) enter(c *reactor.Conn, login chat.Login) {
	c.Bind(login.User, login.Device)
	login.User, login.Device = c.User(), c.Device()
	ss, err := d.Chat.Open(c, login, d.Replaced)
	if err != nil {
		c.Close(codec.CloseRestart, "shutting down")
		return
	}
	c.Data = ss
}

// Replaced closes a connection that a newer one of its device takes the place of.
func (d *Door) Replaced(old delivery.Conn) {
	const why = "a newer connection of this device"
	if old.Reactor == d.Reactors.Len() {
		d.Streams.DoConn(old, func(c chat.Conn) { c.Close(codec.CloseReplaced, why) })
		return
	}
	d.Reactors.DoConn(old, func(c *reactor.Conn) { c.Close(codec.CloseReplaced, why) })
}

func (d *Door) welcome(login chat.Login) []byte { return frameOf(d.Welcome(login.User, login.Device)) }

// Welcome is the first message of a connection, JSON.
func (d *Door) Welcome(user, device string) []byte {
	seconds := int(d.cfg.Heartbeat / time.Second)
	return wire.AppendWelcome(nil, d.cfg.Welcome, user, device, time.Now().UnixMilli(), seconds)
}

func frameOf(text []byte) []byte { return codec.AppendFrame(nil, codec.OpText, text) }

// Message implements [reactor.Handler].
func (d *Door) Message(c *reactor.Conn, payload []byte) {
	switch data := c.Data.(type) {
	case *chat.Session:
		data.Message(payload)
	case *visitor:
		d.login(c, data, payload)
	}
}

// Do implements [chat.Loops].
func (d *Door) Do(conn delivery.Conn, fn func(*chat.Session)) {
	if conn.Reactor == d.Reactors.Len() {
		d.Streams.Do(conn, fn)
		return
	}
	d.Reactors.DoConn(conn, func(c *reactor.Conn) {
		if ss, ok := c.Data.(*chat.Session); ok && c.Open() {
			fn(ss)
		}
	})
}

// TurnEnd implements [reactor.Handler].
func (d *Door) TurnEnd(c *reactor.Conn) {
	if ss, ok := c.Data.(*chat.Session); ok {
		ss.TurnEnd()
	}
}

// Deliver implements [reactor.Handler].
func (d *Door) Deliver(c *reactor.Conn, run *delivery.Run) {
	if ss, ok := c.Data.(*chat.Session); ok {
		ss.Deliver(run)
	}
}

// Joined implements [reactor.Handler].
func (d *Door) Joined(c *reactor.Conn, point uint64) {
	if ss, ok := c.Data.(*chat.Session); ok {
		ss.Joined(point)
	}
}

// Tick implements [reactor.Handler].
func (d *Door) Tick(c *reactor.Conn, now time.Time) {
	if ss, ok := c.Data.(*chat.Session); ok {
		ss.Tick(now)
	}
}

// Leaving implements [reactor.Handler].
func (d *Door) Leaving(c *reactor.Conn) {
	if ss, ok := c.Data.(*chat.Session); ok {
		ss.Leaving()
	}
}

// Closed implements [reactor.Handler].
func (d *Door) Closed(c *reactor.Conn) { c.Data = nil }
