package engine_test

import (
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"gannet/engine"
)

// TestLoginsAreOfUsers: bad logins take none from those who have a good one, by
// whatever way they come. Above the bound these are told when to come back.
func TestLoginsAreOfUsers(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) {
		c.Auth.Mode, c.Auth.JWT.Secret = "jwt", secret
		c.Limits.LoginsPerSecond = 1
	})
	for range 10 {
		s.tryDialStatus(http.StatusUnauthorized, "/ws?token=x.y.z")
		s.dial("").refusedLogin("x.y.z", "unauthorized", 4001)
	}
	good := token(t, "alice", hour)
	s.dial("token=" + good)
	for status := 0; status != http.StatusServiceUnavailable; {
		_, status = s.tryDial("/ws?token="+good, websocket.DialOptions{})
	}
	for reason := ""; reason != "busy"; { // a second may have passed
		c := s.dial("")
		c.send(`{"type":"auth","cid":"a","token":"` + good + `"}`)
		answer := c.next()
		if reason, _ = answer["reason"].(string); reason == "busy" {
			if after, _ := answer["retry_after_ms"].(float64); after <= 0 || answer["cid"] != "a" {
				t.Errorf("got %v", answer)
			}
			c.expectClose(1013)
		}
	}
}

// refusedLogin says auth and expects to be refused.
func (c *client) refusedLogin(token, reason string, code int) {
	c.t.Helper()
	c.send(`{"type":"auth","token":"` + token + `"}`)
	if heard := c.expectClose(code); len(heard) != 1 || heard[0]["reason"] != reason {
		c.t.Errorf("heard %v", heard)
	}
}
