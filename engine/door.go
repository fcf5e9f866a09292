package engine

import (
	"crypto/rand"
	"errors"
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
)

const (
	protocolTracked = "gannet.v1"      // the subprotocol of clients that acknowledge
	loginTime       = 10 * time.Second // from the upgrade to a good auth message
	maxLogins       = 4096             // that wait to be checked
)

// door is the reactors' handler: it finds out who a connection is and gives it
// a session, which gets everything from then on. Its methods run on the loops;
// logins are checked by goroutines of its own.
type door struct {
	cfg      *Config
	verifier *auth.Verifier
	origins  httpapi.Origins
	logger   *slog.Logger
	chat     *chat.Service
	reactors *reactor.Reactors

	opened chan struct{} // closed when the fields above are all set
	logins chan func()
	quit   chan struct{}
	wg     sync.WaitGroup
}

// visitor is the Data of a connection that was accepted without a login.
type visitor struct {
	device  string
	tracked bool
	asked   bool // its login is being checked
}

func newDoor(cfg *Config, v *auth.Verifier, logger *slog.Logger) *door {
	d := &door{
		cfg: cfg, verifier: v, logger: logger,
		origins: httpapi.Origins{Allowed: cfg.HTTP.AllowedOrigins, Dev: cfg.Auth.Mode == auth.ModeDev},
		opened:  make(chan struct{}), logins: make(chan func(), maxLogins), quit: make(chan struct{}),
	}
	for range max(2, runtime.GOMAXPROCS(0)) {
		d.wg.Go(d.check)
	}
	return d
}

func (d *door) open() { close(d.opened) }

func (d *door) close() {
	close(d.quit)
	d.wg.Wait()
}

// check is a goroutine that checks logins: signatures of some kinds cost more
// than a loop may spend.
func (d *door) check() {
	for {
		select {
		case login := <-d.logins:
			login()
		case <-d.quit:
			return
		}
	}
}

// verify has a token checked and calls then on the connection's loop. It
// reports false where too many wait.
func (d *door) verify(conn delivery.Conn, token string, then func(*reactor.Conn, auth.Identity, error)) bool {
	select {
	case d.logins <- func() {
		id, err := d.verifier.Verify(token)
		d.reactors.DoConn(conn, func(c *reactor.Conn) { then(c, id, err) })
	}:
		return true
	default:
		return false
	}
}

// Open implements [reactor.Handler].
func (d *door) Open(c *reactor.Conn, req *codec.Request) {
	<-d.opened // closed within moments of the first listener's start
	query, err := url.ParseQuery(req.Query)
	switch {
	case req.Path != "/" && req.Path != "/ws":
		c.Reject(404, wire.ReasonNotFound, "WebSocket is at / and /ws")
		return
	case err != nil:
		c.Reject(400, wire.ReasonBadRequest, "bad query")
		return
	case !d.origins.AllowsHost(req.Host):
		c.Reject(403, wire.ReasonForbidden, "only loopback names are served in dev mode")
		return
	case req.Origin != "" && !d.origins.Allows(req.Origin, req.Host):
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

// identify finds who the request says it is, in the order of the protocol.
func (d *door) identify(c *reactor.Conn, req *codec.Request, query url.Values, device string) {
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
			d.admit(c, chat.Login{User: id.User, Device: device, Expires: id.Expires})
		}) {
			c.Reject(503, wire.ReasonBusy, "too many logins wait to be checked")
		}
	case d.cfg.Auth.Mode == auth.ModeDev:
		d.believe(c, query, device)
	default:
		d.receive(c, device)
	}
}

// believe takes ?uid= or ?user_id= at its word, which is what dev mode is.
func (d *door) believe(c *reactor.Conn, query url.Values, device string) {
	uid, other := query.Get("uid"), query.Get("user_id")
	if uid == "" {
		uid = other
	}
	if !wire.ValidID(uid) || other != "" && other != uid {
		c.Reject(401, wire.ReasonUnauthorized, "say who you are: ?uid=ID, 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
		return
	}
	d.admit(c, chat.Login{User: uid, Device: device})
}

func rejectLogin(c *reactor.Conn, err error) {
	e := loginError(err)
	c.Reject(e.Code, e.Reason, e.Msg)
}

func loginError(err error) *wire.Error {
	if errors.Is(err, auth.ErrExpired) {
		return errExpired
	}
	return errLogin
}

var (
	errLogin   = wire.NewError(wire.ReasonUnauthorized, "a valid login is needed")
	errExpired = wire.NewError(wire.ReasonTokenExpired, "the token has expired")
	errPerson  = wire.NewError(wire.ReasonForbidden, "the token is somebody else's")
	errLogins  = wire.RetryError(wire.ReasonBusy, "too many logins wait to be checked", time.Second)
)

// admit accepts a connection of a known user.
func (d *door) admit(c *reactor.Conn, login chat.Login) {
	protocol := c.Offered()
	login.Tracked = protocol == protocolTracked
	if c.Accept(protocol, d.welcome(login)) {
		d.enter(c, login)
	}
}

// receive accepts a connection that has yet to say who it is: a page in a
// browser can't set headers and may not want its token in an address.
func (d *door) receive(c *reactor.Conn, device string) {
	protocol := c.Offered()
	v := &visitor{device: strings.Clone(device), tracked: protocol == protocolTracked}
	if !c.Accept(protocol) {
		return
	}
	c.Data = v
	id := c.ID()
	time.AfterFunc(loginTime, func() {
		d.reactors.DoConn(id, func(c *reactor.Conn) {
			if _, still := c.Data.(*visitor); still {
				c.Close(codec.CloseAuth, "no login came in time")
			}
		})
	})
}

// enter gives the connection its session. What Bind keeps are copies: the login
// may lie in the upgrade request.
func (d *door) enter(c *reactor.Conn, login chat.Login) {
	c.Bind(login.User, login.Device)
	login.User, login.Device = c.User(), c.Device()
	ss, err := d.chat.Open(c, login, func(old delivery.Conn) {
		d.reactors.DoConn(old, func(c *reactor.Conn) {
			c.Close(codec.CloseReplaced, "a newer connection of this device")
		})
	})
	if err != nil {
		c.Close(codec.CloseRestart, "shutting down")
		return
	}
	c.Data = ss
}

func (d *door) welcome(login chat.Login) []byte {
	seconds := int(d.cfg.Heartbeat.Idle / time.Second)
	return frameOf(wire.AppendWelcome(nil, d.cfg.Welcome.Text, login.User, login.Device, time.Now().UnixMilli(), seconds))
}

func frameOf(text []byte) []byte { return codec.AppendFrame(nil, codec.OpText, text) }

// Message implements [reactor.Handler].
func (d *door) Message(c *reactor.Conn, payload []byte) {
	switch data := c.Data.(type) {
	case *chat.Session:
		data.Message(payload)
	case *visitor:
		d.login(c, data, payload)
	}
}

// login takes the first message of a visitor.
func (d *door) login(c *reactor.Conn, v *visitor, payload []byte) {
	var r wire.Request
	err := wire.Decode(payload, &r)
	if err != nil || r.Verb != wire.VerbAuth || v.asked {
		c.Send(frameOf(wire.AppendError(nil, r.CID, errLogin)))
		c.Close(codec.CloseAuth, "the first message must be auth, and the next wait for its answer")
		return
	}
	v.asked = true
	cid := strings.Clone(r.CID)
	if !d.verify(c.ID(), strings.Clone(r.Token), func(c *reactor.Conn, id auth.Identity, err error) {
		if !c.Open() {
			return // it left meanwhile, and nobody would take its session away again
		}
		if err != nil {
			c.Send(frameOf(wire.AppendError(nil, cid, loginError(err))))
			c.Close(codec.CloseAuth, "bad login")
			return
		}
		login := chat.Login{User: id.User, Device: v.device, Tracked: v.tracked, Expires: id.Expires}
		if cid != "" {
			c.Send(frameOf(wire.AppendOK(nil, cid)))
		}
		c.Send(d.welcome(login))
		d.enter(c, login)
	}) {
		c.Close(codec.CloseTryAgainLater, "too many logins wait to be checked")
	}
}

// renew answers the auth message of a connection that is logged in.
func (d *door) renew(conn delivery.Conn, user, cid, token string) {
	answer := func(c *reactor.Conn, e *wire.Error) {
		if e != nil {
			c.Send(frameOf(wire.AppendError(nil, cid, e)))
			return
		}
		c.Send(frameOf(wire.AppendOK(nil, cid)))
	}
	if !d.verify(conn, token, func(c *reactor.Conn, id auth.Identity, err error) {
		switch {
		case err != nil:
			answer(c, loginError(err))
		case id.User != user:
			answer(c, errPerson)
		default:
			if ss, ok := c.Data.(*chat.Session); ok {
				ss.Renew(id.Expires)
			}
			answer(c, nil)
		}
	}) {
		d.reactors.DoConn(conn, func(c *reactor.Conn) { answer(c, errLogins) })
	}
}

// Do implements [chat.Loops].
func (d *door) Do(conn delivery.Conn, fn func(*chat.Session)) {
	d.reactors.DoConn(conn, func(c *reactor.Conn) {
		if ss, ok := c.Data.(*chat.Session); ok && c.Open() {
			fn(ss)
		}
	})
}

// TurnEnd implements [reactor.Handler].
func (d *door) TurnEnd(c *reactor.Conn) {
	if ss, ok := c.Data.(*chat.Session); ok {
		ss.TurnEnd()
	}
}

// Deliver implements [reactor.Handler].
func (d *door) Deliver(c *reactor.Conn, run *delivery.Run) {
	if ss, ok := c.Data.(*chat.Session); ok {
		ss.Deliver(run)
	}
}

// Joined implements [reactor.Handler].
func (d *door) Joined(c *reactor.Conn, point uint64) {
	if ss, ok := c.Data.(*chat.Session); ok {
		ss.Joined(point)
	}
}

// Tick implements [reactor.Handler].
func (d *door) Tick(c *reactor.Conn, now time.Time) {
	if ss, ok := c.Data.(*chat.Session); ok {
		ss.Tick(now)
	}
}

// Leaving implements [reactor.Handler].
func (d *door) Leaving(c *reactor.Conn) {
	if ss, ok := c.Data.(*chat.Session); ok {
		ss.Leaving()
	}
}

// Closed implements [reactor.Handler].
func (d *door) Closed(c *reactor.Conn) { c.Data = nil }
