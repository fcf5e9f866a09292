package engine_test

import (
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The role of a login restricts visitors, whichever way they log in. A visitor stays
// one, and others don't become one, whatever token renews the login.
func TestLoginAsVisitor(t *testing.T) {
	s := serveLogins(t)
	minted := func(user, role string) string {
		return sign(t, secret, jwt.MapClaims{"sub": user, "role": role, "exp": time.Now().Add(hour).Unix()})
	}
	const write = `{"type":"send","cid":"s","to":"alice","content":"hi"}`
	forbidden, sent := object{"type": "error", "reason": "forbidden"}, object{"type": "sent"}
	c := s.dial("token=" + minted("v1", "visitor"))
	c.nextOf("system")
	c.ask(write, forbidden)
	c.ask(`{"type":"auth","cid":"a","token":"`+minted("v1", "editor")+`"}`, forbidden)
	c.ask(write, forbidden)
	c.ask(`{"type":"auth","cid":"a","token":"`+minted("v1", "visitor")+`"}`, object{"type": "ok"})
	c.ask(write, forbidden)
	c = s.dial("device=user&token=" + minted("v1", ""))
	c.nextOf("system")
	c.ask(`{"type":"auth","cid":"a","token":"`+minted("v1", "visitor")+`"}`, forbidden)
	c.ask(`{"type":"auth","cid":"a","token":"`+minted("v1", "editor")+`"}`, object{"type": "ok"})
	c.ask(write, sent)

	c = s.dial("device=other")
	c.send(`{"type":"auth","token":"` + minted("v2", "visitor") + `"}`)
	c.nextOf("system")
	c.ask(write, forbidden)
}

func TestRoleInDevMode(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	for query, want := range map[string]object{
		"uid=a":              {"type": "sent"},
		"uid=b&role=agent":   {"type": "sent"},
		"uid=c&role=visitor": {"type": "error", "reason": "forbidden"},
	} {
		c := s.dial(query, "gannet.v1")
		c.nextOf("system")
		c.ask(`{"type":"send","cid":"s","to":"x","content":"hi"}`, want)
	}
	s.tryDialStatus(401, "/ws?uid=a&role=boss")
}
