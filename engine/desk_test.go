package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"gannet/engine"
)

// arrive comes as a visitor and returns who that is, and the token.
func (s *server) arrive() (id, token string) {
	s.t.Helper()
	data := s.api("POST", "/api/v1/desk/visitors", `{}`)
	return data["visitor_id"].(string), data["token"].(string)
}

func bearerOf(token string) []string { return []string{"Authorization", "Bearer " + token} }

// The key of visitors' tokens is kept, and is each server's own.
func TestVisitorsComeBack(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, permissionConfig)
	_, token := s.arrive()
	opened := s.api("POST", "/api/v1/desk/sessions", `{}`, bearerOf(token)...)["session_id"]
	s.stop()

	s = serve(t, dir, permissionConfig)
	if again := s.api("POST", "/api/v1/desk/sessions", `{}`, bearerOf(token)...)["session_id"]; again != opened {
		t.Errorf("after a restart the session is %v, not %v", again, opened)
	}
	s.stop()

	s = serve(t, dir, func(c *engine.Config) { permissionConfig(c); c.Desk.Visitors = false })
	if status, text := s.exchange("GET", "/api/v1/desk/sessions", "", bearerOf(token)...); status != 401 || string(text) != unauthorized {
		t.Errorf("without visitors: %d %s", status, text)
	}
	if status, text := s.exchange("POST", "/api/v1/desk/visitors", "{}"); status != 404 {
		t.Errorf("without visitors: %d %s", status, text)
	}
	s.stop()

	s = serve(t, t.TempDir(), permissionConfig)
	if status, text := s.exchange("GET", "/api/v1/desk/sessions", "", bearerOf(token)...); status != 401 || string(text) != unauthorized {
		t.Errorf("another server's token: %d %s", status, text)
	}
}

// A visitor who is identified is nobody any more, and the user has the session.
func TestIdentified(t *testing.T) {
	for _, mode := range []string{"jwt", "dev"} {
		t.Run(mode, func(t *testing.T) {
			s := serve(t, t.TempDir(), func(c *engine.Config) { permissionConfig(c); c.Auth.Mode = mode })
			visitor, old := s.arrive()
			opened := s.api("POST", "/api/v1/desk/sessions", `{}`, bearerOf(old)...)["session_id"]
			c := s.dial("token=" + old)
			c.expect(object{"event": "welcome"})

			const path = "/api/v1/desk/visitors/me/identify"
			data := s.api("POST", path, `{"user_id":"alice","hmac":"`+proofOf("alice")+`"}`, bearerOf(old)...)
			c.expectClose(4001)
			if status, text := s.exchange("GET", "/api/v1/desk/sessions", "", bearerOf(old)...); status != 401 || string(text) != unauthorized {
				t.Errorf("the visitor's token: %d %s", status, text)
			}
			fresh := bearerOf(data["token"].(string))
			session := s.api("GET", "/api/v1/desk/sessions/"+opened.(string), "", fresh...)
			if session["visitor_id"] != "alice" || data["user_id"] != "alice" {
				t.Errorf("the session of %s is %v", visitor, session)
			}
			s.api("POST", "/api/v1/messages/send", `{"conv_id":"`+session["conv_id"].(string)+`","content":"hi"}`, fresh...)

			// It is a visitor's token still: of the user's own things it opens none.
			for _, request := range []string{"GET /api/v1/blocks", "POST /api/v1/groups", path} {
				method, target, _ := strings.Cut("POST "+strings.TrimPrefix(request, "POST "), " ")
				if rest, ok := strings.CutPrefix(request, "GET "); ok {
					method, target = http.MethodGet, rest
				}
				if status, text := s.exchange(method, target, `{"token":"`+token(t, "bob", hour)+`"}`, fresh...); status != 403 {
					t.Errorf("%s: %d %s", request, status, text)
				}
			}
			if mode == "jwt" { // and the user's other tokens are as good as ever
				s.api("GET", "/api/v1/blocks", "", bearerOf(token(t, "alice", hour))...)
			}
		})
	}
}

// The same address comes only so often; each token is another visitor.
func TestArrivalsAreLimited(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) { permissionConfig(c); c.Desk.VisitorsPerMinute = 2 })
	first, _ := s.arrive()
	if second, _ := s.arrive(); second == first {
		t.Error("both are", first)
	}
	status, text := s.exchange("POST", "/api/v1/desk/visitors", "{}", "X-Forwarded-For", "192.0.2.1")
	if status != 429 || !strings.Contains(string(text), `"reason":"rate_limited"`) {
		t.Errorf("%d %s", status, text)
	}
}

// An agent's verb reaches the desk and is answered, or refused.
func TestAgentsVerb(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	c := s.dial("uid=a1&role=agent")
	c.expect(object{"event": "welcome"})
	c.send(`{"type":"agent","status":"online","max_sessions":3,"cid":"c1"}`)
	for {
		if m := c.next(); m["type"] == "ok" && m["cid"] == "c1" {
			break
		}
	}
	agent := s.api("GET", "/api/v1/desk/agents/me?uid=a1&role=agent", "")
	if agent["status"] != "online" || agent["max_sessions"] != 3.0 || agent["connected"] != true {
		t.Errorf("%v", agent)
	}
	u := s.dial("uid=u1")
	u.expect(object{"event": "welcome"})
	u.send(`{"type":"agent","status":"online","cid":"c2"}`)
	if m := u.next(); m["type"] != "error" || m["cid"] != "c2" || m["reason"] != "forbidden" {
		t.Errorf("a user: %v", m)
	}
}
