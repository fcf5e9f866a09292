package engine_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"

	"gannet/engine"
)

// TestRateOverSocket: a connection that asks too much is told when to go on, and
// isn't closed for it. Pings and acks are free.
func TestRateOverSocket(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) { c.Limits.MessagesPerSecond, c.Limits.Burst = 1, 5 })
	a, other := s.dial("uid=1&device=a"), s.dial("uid=1&device=b")
	a.expect(object{"type": "system"})
	other.expect(object{"type": "system"})
	const asked = 100
	for i := range asked {
		a.send(fmt.Sprintf(`{"type":"send","cid":"c%d","to":"2","content":%d}`, i, i))
		a.send(`{"type":"ack","conv_id":"single_1:2","seq":1}`)
		a.send(`{"type":"ping"}`)
	}
	answers := map[any]int{}
	for range 2 * asked {
		got := a.next()
		answers[got["type"]]++
		if got["type"] == "error" {
			a.match(got, object{"code": 429.0, "reason": "rate_limited"})
			if wait, _ := got["retry_after_ms"].(float64); wait < 1 || wait > 1500 {
				t.Fatalf("%v: when to go on?", got)
			}
		}
	}
	if answers["pong"] != asked || answers["sent"] < 5 || answers["error"] == 0 || answers["sent"]+answers["error"] != asked {
		t.Errorf("%d requests at once are answered %v", asked, answers)
	}
	a.expectQuiet()
	// Another connection has a bound of its own.
	if got := other.outcome(`{"type":"send","cid":"x","to":"2","content":"hi"}`); !bytes.HasPrefix(got, []byte(`{"type":"sent"`)) {
		t.Errorf("%s", got)
	}
}

// TestRateOverHTTP: the bound is one of users; backends have none.
func TestRateOverHTTP(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) {
		c.Limits.HTTPPerSecond, c.Limits.HTTPBurst = 1, 5
		c.Auth.APIKeys = []string{shopEntry}
	})
	const asked = 50
	answers := map[int]int{}
	for range asked {
		resp, err := browser.Get("http://" + s.http + "/api/v1/blocks?uid=1")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		answers[resp.StatusCode]++
		if wait := resp.Header.Get("Retry-After"); resp.StatusCode == 429 && wait != "1" && wait != "2" {
			t.Fatalf("Retry-After %q", wait)
		}
	}
	if answers[200] < 5 || answers[429] == 0 || answers[200]+answers[429] != asked {
		t.Errorf("%d requests at once are answered %v", asked, answers)
	}
	for status := 0; status != 429; {
		var answer object
		status, answer = s.call("GET", "/api/v1/blocks?uid=1", "")
		if wait, _ := answer["retry_after_ms"].(float64); status == 429 && (answer["reason"] != "rate_limited" || wait < 1 || wait > 1500) {
			t.Errorf("%v", answer)
		}
	}
	s.api("GET", "/api/v1/blocks?uid=2", "")
	for range asked {
		s.api("GET", "/api/v1/blocks", "", "X-API-Key", shopKey, "X-User-Id", "1")
	}
}

// enterAgain dials until there is room: a server learns of a closed connection
// in its own time.
func (s *server) enterAgain(target string, refusal int) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		c, status := s.tryDial(target, websocket.DialOptions{})
		if c != nil {
			c.expect(object{"type": "system"})
			return
		}
		if status != refusal || time.Now().After(deadline) {
			s.t.Fatalf("status %d although there is room again", status)
		}
	}
}

// TestTooManyConnectionsInAll: above limits.connections upgrades are refused
// until somebody leaves.
func TestTooManyConnectionsInAll(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) { c.Limits.Connections = 2 })
	first, second := s.enter("1"), s.enter("2")
	for range 3 {
		s.tryDialStatus(503, "/ws?uid=3")
	}
	first.leave()
	s.enterAgain("/ws?uid=3", 503)
	s.tryDialStatus(503, "/ws?uid=4")
	second.expectQuiet()
}

// TestTooManyConnectionsOfAnAddress: those of one address are bounded, but not
// those of loopback, where proxies are.
func TestTooManyConnectionsOfAnAddress(t *testing.T) {
	address := outerAddress(t)
	s := serve(t, t.TempDir(), func(c *engine.Config) {
		c.Auth.Mode, c.Auth.JWT.Secret = "jwt", secret
		c.Listen.WS = ":0"
		c.Limits.ConnectionsPerAddress = 2
	})
	_, port, err := net.SplitHostPort(s.ws)
	if err != nil {
		t.Fatal(err)
	}
	s.ws = net.JoinHostPort(address, port)
	good := "/ws?token=" + token(t, "1", hour) + "&device="
	first, _ := s.tryDial(good+"a", websocket.DialOptions{})
	second, _ := s.tryDial(good+"b", websocket.DialOptions{})
	for _, c := range []*client{first, second} {
		c.expect(object{"type": "system"})
	}
	for range 3 {
		s.tryDialStatus(http.StatusTooManyRequests, good+"c")
	}
	first.leave()
	s.enterAgain(good+"c", http.StatusTooManyRequests)
	second.expectQuiet()

	s.ws = net.JoinHostPort("127.0.0.1", port)
	for _, device := range []string{"d", "e", "f"} {
		c, status := s.tryDial(good+device, websocket.DialOptions{})
		if c == nil {
			t.Fatalf("status %d from a loopback address", status)
		}
		c.expect(object{"type": "system"})
	}
}

// outerAddress is one of this machine that isn't loopback.
func outerAddress(t *testing.T) string {
	t.Helper()
	list, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	t.Skip("this machine has loopback addresses only")
	return ""
}
