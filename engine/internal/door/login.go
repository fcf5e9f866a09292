package door

import (
	"errors"
	"strings"
	"time"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/auth"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/reactor"
)

// check is a goroutine that checks logins: signatures of some kinds cost more
// than a loop may spend.
func (d *Door) check() {
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
func (d *Door) verify(conn delivery.Conn, token string, then func(*reactor.Conn, auth.Identity, error)) bool {
	select {
	case d.logins <- func() {
		id, err := d.verifier.Verify(token)
		d.Reactors.DoConn(conn, func(c *reactor.Conn) { then(c, id, err) })
	}:
		return true
	default:
		return false
	}
}

// login takes the first message of a visitor.
func (d *Door) login(c *reactor.Conn, v *visitor, payload []byte) {
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
		if wait, ok := c.Login(); !ok {
			c.Send(frameOf(wire.AppendError(nil, cid, wire.RetryError(wire.ReasonBusy, tooManyLogins, wait))))
			c.Close(codec.CloseTryAgainLater, tooManyLogins)
			return
		}
		login := chat.Login{User: id.User, Role: id.Role, Device: v.device, Tracked: v.tracked, Token: TokenOf(id)}
		if cid != "" {
			c.Send(frameOf(wire.AppendOK(nil, cid)))
		}
		c.Send(d.welcome(login))
		d.enter(c, login)
	}) {
		c.Close(codec.CloseTryAgainLater, "too many logins wait to be checked")
	}
}

// Renew answers the auth message of a connection that is logged in.
func (d *Door) Renew(conn delivery.Conn, user, cid, token string) {
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
			var refused *wire.Error
			if ss, ok := c.Data.(*chat.Session); ok {
				refused = ss.Renew(TokenOf(id), id.Role)
			}
			answer(c, refused)
		}
	}) {
		d.Reactors.DoConn(conn, func(c *reactor.Conn) { answer(c, errLogins.Pick()) })
	}
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
	errLogins  = wire.NewSpread(wire.ReasonBusy, "too many logins wait to be checked", time.Second)
)

// TokenOf is what a session keeps of a token.
func TokenOf(id auth.Identity) *chat.Token {
	return &chat.Token{ID: id.ID, Issued: id.Issued, Expires: id.Expires}
}
