package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gannet/engine"
)

// issued is a token with an id that was issued some time from now.
func issued(t *testing.T, user, id string, in time.Duration) string {
	t.Helper()
	at := time.Now().Add(in)
	return sign(t, secret, jwt.MapClaims{"sub": user, "jti": id, "iat": at.Unix(), "exp": at.Add(hour).Unix()})
}

// enterWith connects with a token.
func (s *server) enterWith(token string) *client {
	s.t.Helper()
	c := s.dial("token=" + token)
	c.expect(object{"type": "system", "event": "welcome"})
	return c
}

// expectToken asks whether a token is good, at all doors.
func (s *server) expectToken(good bool, token string) {
	s.t.Helper()
	socket, status, reason := 401, 401, any("unauthorized")
	if good {
		socket, status, reason = 101, 200, nil
	}
	s.tryDialStatus(socket, "/ws?token="+token)
	got, answer := s.call("GET", "/api/v1/blocks", "", "Authorization", "Bearer "+token)
	if got != status || answer["reason"] != reason {
		s.t.Errorf("HTTP: %v, want %d %v", answer, status, reason)
	}
	if got, text := s.exchange("GET", eventsPath+"?token="+token, ""); got != status {
		s.t.Errorf("events: %d %s, want %d", got, text, status)
	}
}

func (s *server) revoke(body string) {
	s.t.Helper()
	s.api("POST", "/api/v1/tokens/revoke", body, "X-API-Key", shopKey)
}

// TestRevocationOfUser: a user's tokens are void, their connections and streams
// end, and nobody else's; also after a restart.
func TestRevocationOfUser(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, permissionConfig)
	old, others := issued(t, "alice", "a", -time.Minute), issued(t, "bob", "b", -time.Minute)
	phone, desk, bob := s.enterWith(old), s.enterWith(old), s.enterWith(others)
	bare := s.enterWith(token(t, "alice", hour)) // without iat
	page := s.listen("token=" + old)
	page.expect(object{"type": "system", "event": "welcome"})
	s.expectToken(true, old)

	s.revoke(`{"user_id":"alice"}`)
	for _, c := range []*client{phone, desk, bare} {
		c.expectClose(4001)
	}
	page.expectEnd(4001)
	s.expectToken(false, old)
	s.expectToken(false, token(t, "alice", hour))
	s.expectToken(true, others)
	bob.ask(`{"type":"send","to":"carol","content":"hi"}`, object{"type": "sent"})
	// What was issued later is good, and a connection may renew by it but not by
	// what is void.
	later := issued(t, "alice", "c", 5*time.Second)
	s.expectToken(true, later)
	c := s.enterWith(later)
	c.ask(`{"type":"auth","cid":"o","token":"`+old+`"}`, object{"type": "error", "cid": "o", "code": 401.0, "reason": "unauthorized"})
	c.ask(`{"type":"auth","cid":"l","token":"`+later+`"}`, object{"type": "ok", "cid": "l"})
	s.stop()

	s = serve(t, dir, permissionConfig)
	s.expectToken(false, old)
	s.expectToken(true, later)
	s.expectToken(true, others)
}

// TestRevocationOfToken: one token is void, whoever had it; the user's others are
// good.
func TestRevocationOfToken(t *testing.T) {
	dir := t.TempDir()
	ticking := func(c *engine.Config) {
		permissionConfig(c)
		c.Delivery.RetryCheck = shortest
	}
	s := serve(t, dir, ticking)
	lost, kept := issued(t, "alice", "lost", 0), issued(t, "alice", "kept", 0)
	phone, desk, page := s.enterWith(lost), s.enterWith(kept), s.listen("token="+lost)
	s.revoke(fmt.Sprintf(`{"jti":"lost","until":%d}`, time.Now().Add(2*hour).UnixMilli()))
	phone.expectClose(4001)
	page.expect(object{"type": "system", "event": "welcome"})
	page.expectEnd(4001)
	s.expectToken(false, lost)
	s.expectToken(true, kept)
	desk.expectQuiet()
	s.stop()

	s = serve(t, dir, ticking)
	s.expectToken(false, lost)
	s.expectToken(true, kept)
}

// TestRevocationBefore: a user's tokens from before a time are void, those since
// then aren't.
func TestRevocationBefore(t *testing.T) {
	s := serve(t, t.TempDir(), permissionConfig)
	old, young := issued(t, "alice", "a", -2*hour/4), issued(t, "alice", "b", -time.Minute)
	first, second := s.enterWith(old), s.enterWith(young)
	s.revoke(fmt.Sprintf(`{"user_id":"alice","before":%d}`, time.Now().Add(-10*time.Minute).UnixMilli()))
	first.expectClose(4001)
	s.expectToken(false, old)
	s.expectToken(true, young)
	second.expectQuiet()
}
