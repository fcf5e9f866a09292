package engine_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/golang-jwt/jwt/v5"

	"gannet/engine"
)

const (
	secret = "a secret for tests, of more than 32 bytes"
	hour   = time.Hour
)

// token mints a token with a foreign library; a negative ttl gives an expired one.
func token(t *testing.T, user string, ttl time.Duration) string {
	t.Helper()
	return tokenOf(t, secret, user, ttl)
}

func tokenOf(t *testing.T, secret, user string, ttl time.Duration) string {
	t.Helper()
	return sign(t, secret, jwt.MapClaims{"sub": user, "exp": time.Now().Add(ttl).Unix()})
}

func sign(t *testing.T, secret string, claims jwt.MapClaims) string {
	t.Helper()
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func serveLogins(t *testing.T) *server {
	t.Helper()
	return serve(t, t.TempDir(), func(c *engine.Config) { c.Auth.Mode, c.Auth.JWT.Secret = "jwt", secret })
}

func (s *server) tryDialStatus(want int, target string, headers ...string) {
	s.t.Helper()
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	if _, status := s.tryDial(target, websocket.DialOptions{HTTPHeader: h}); status != want {
		s.t.Errorf("%s %v: status %d, want %d", target, headers, status, want)
	}
}

func TestLoginAtTheUpgrade(t *testing.T) {
	s := serveLogins(t)
	good, late := token(t, "alice", hour), token(t, "alice", -hour)
	forged := tokenOf(t, "another secret, which is as long as it should be", "alice", hour)

	c, _ := s.tryDial("/ws?uid=bob", websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + good}}})
	c.expect(object{"type": "system", "event": "welcome", "user_id": "alice"})
	c = s.dial("token=" + good + "&device=phone")
	c.expect(object{"type": "system", "user_id": "alice", "device": "phone"})

	for _, test := range []struct {
		name, target string
		headers      []string
	}{
		{"forged header", "/ws", []string{"Authorization", "Bearer " + forged}},
		{"late header", "/ws", []string{"Authorization", "Bearer " + late}},
		{"other scheme", "/ws", []string{"Authorization", "Basic " + good}},
		{"empty scheme", "/ws", []string{"Authorization", "Bearer"}},
		{"forged parameter", "/ws?token=" + forged, nil},
		{"late parameter", "/ws?token=" + late, nil},
		{"garbled parameter", "/ws?token=x.y.z", nil},
		{"bad header beside a good parameter", "/ws?token=" + good, []string{"Authorization", "Bearer " + forged}},
	} {
		s.run(test.name, func(t *testing.T) { s.tryDialStatus(401, test.target, test.headers...) })
	}
}

// TestLoginByMessage: a page that can't set headers says who it is afterwards.
func TestLoginByMessage(t *testing.T) {
	s := serveLogins(t)
	c := s.dial("device=page&uid=bob") // the word alone counts for nothing
	c.send(`{"type":"auth","cid":"a","token":"` + token(t, "alice", hour) + `"}`)
	c.expect(object{"type": "ok", "cid": "a"})
	c.expect(object{"type": "system", "event": "welcome", "user_id": "alice", "device": "page"})
	c.ask(`{"type":"send","cid":"s","to":"bob","content":"hi"}`, object{"type": "sent", "conv_id": "single_alice:bob"})

	for name, test := range map[string]struct{ text, reason string }{
		"no auth":   {`{"type":"send","to":"bob","content":"hi"}`, "unauthorized"},
		"no JSON":   {`hello`, "unauthorized"},
		"bare ping": {`PING`, "unauthorized"},
		"no token":  {`{"type":"auth"}`, "unauthorized"},
		"bad token": {`{"type":"auth","token":"x.y.z"}`, "unauthorized"},
		"late":      {`{"type":"auth","token":"` + token(t, "alice", -hour) + `"}`, "token_expired"},
	} {
		s.run(name, func(t *testing.T) {
			c := s.dial("")
			c.send(test.text)
			before := c.expectClose(4001)
			if len(before) != 1 || before[0]["code"] != 401.0 || before[0]["reason"] != test.reason {
				t.Errorf("heard %v", before)
			}
		})
	}
}

// TestLoginOverHTTP: logins are the same there.
func TestLoginOverHTTP(t *testing.T) {
	s := serveLogins(t)
	const path = history + "?to=bob"
	s.api("GET", path, "", "Authorization", "Bearer "+token(t, "alice", hour))
	for _, test := range []struct {
		path, reason string
		headers      []string
	}{
		{path, "unauthorized", nil},
		{path + "&uid=alice", "unauthorized", nil},
		{path + "&token=" + token(t, "alice", hour), "unauthorized", nil},
		{path, "unauthorized", []string{"Authorization", "Bearer x.y.z"}},
		{path, "token_expired", []string{"Authorization", "Bearer " + token(t, "alice", -hour)}},
	} {
		if status, answer := s.call("GET", test.path, "", test.headers...); status != 401 || answer["reason"] != test.reason {
			t.Errorf("%s: %v, want 401 %s", test.path, answer, test.reason)
		}
	}
}

func TestLoginRenewed(t *testing.T) {
	s := serveLogins(t)
	c := s.dial("token=" + token(t, "alice", hour))
	c.expect(object{"type": "system"})
	c.ask(`{"type":"auth","cid":"a","token":"`+token(t, "alice", 2*hour)+`"}`, object{"type": "ok", "cid": "a"})
	c.ask(`{"type":"auth","cid":"b","token":"`+token(t, "bob", hour)+`"}`,
		object{"type": "error", "cid": "b", "code": 403.0, "reason": "forbidden"})
	c.ask(`{"type":"auth","cid":"c","token":"`+token(t, "alice", -hour)+`"}`,
		object{"type": "error", "cid": "c", "code": 401.0, "reason": "token_expired"})
	c.ask(`{"type":"auth","cid":"d","token":"x.y.z"}`,
		object{"type": "error", "cid": "d", "code": 401.0, "reason": "unauthorized"})
	c.ask(`{"type":"send","to":"bob","content":"still alice"}`, object{"type": "sent", "conv_id": "single_alice:bob"})
}

func TestLoginInDevMode(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	for target, status := range map[string]int{
		"/":                    401,
		"/ws?uid=":             401,
		"/ws?uid=a+b":          401,
		"/ws?uid=a&user_id=b":  401,
		"/ws?uid=a&token=x.y":  401, // no key to check a token with
		"/ws?uid=%zz":          400,
		"/ws?uid=1&device=a+b": 400,
	} {
		s.tryDialStatus(status, target)
	}
}
