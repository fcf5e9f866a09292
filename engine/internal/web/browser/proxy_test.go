package browser_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"gannet/engine"
	"gannet/engine/auth"
)

// proxies are the programs whose samples we give away.
var proxies = map[string]func(s *site, t *testing.T, names bool) *proxy{"nginx": (*site).nginx, "haproxy": (*site).haproxy}

// eachProxy runs a test behind both.
func eachProxy(t *testing.T, test func(t *testing.T, start func(s *site, t *testing.T, names bool) *proxy)) {
	for name, start := range proxies {
		t.Run(name, func(t *testing.T) { test(t, start) })
	}
}

// talker is a WebSocket client, of another's making.
type talker struct {
	t  *testing.T
	ws *websocket.Conn
}

// tryTalk opens a WebSocket through the proxy. Headers come as name, value.
func (p *proxy) tryTalk(client, query string, headers ...string) (*talker, int) {
	p.t.Helper()
	options := &websocket.DialOptions{HTTPClient: p.browser(client), HTTPHeader: http.Header{}}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			options.Host = headers[i+1]
			continue
		}
		options.HTTPHeader.Add(headers[i], headers[i+1])
	}
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	ws, resp, err := websocket.Dial(ctx, "wss://"+p.addr+"/ws?"+query, options)
	if err != nil {
		if resp == nil {
			p.t.Fatal(err)
		}
		return nil, resp.StatusCode
	}
	ws.SetReadLimit(-1)
	p.t.Cleanup(func() { ws.CloseNow() })
	return &talker{p.t, ws}, resp.StatusCode
}

func (p *proxy) talk(query string) *talker {
	p.t.Helper()
	c, status := p.tryTalk("", query)
	if c == nil {
		p.t.Fatalf("%s: status %d", query, status)
	}
	return c
}

func (c *talker) say(text string) {
	c.t.Helper()
	if err := c.ws.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// hear reads until a message has all the given pieces.
func (c *talker) hear(pieces ...string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	for {
		_, text, err := c.ws.Read(ctx)
		if err != nil {
			c.t.Fatalf("instead of %q: %v", pieces, err)
		}
		if hasAll(string(text), pieces) {
			return
		}
	}
}

func hasAll(text string, pieces []string) bool {
	for _, piece := range pieces {
		if !strings.Contains(text, piece) {
			return false
		}
	}
	return true
}

// hearClose reads to the end and returns the last message and the close code.
func (c *talker) hearClose() (last string, code websocket.StatusCode) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		_, text, err := c.ws.Read(ctx)
		if err != nil {
			return last, websocket.CloseStatus(err)
		}
		last = string(text)
	}
}

// ask is an HTTP exchange through the proxy.
func (p *proxy) ask(client, method, path, body string, headers ...string) (status int, text string) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, "https://"+p.addr+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := p.browser(client).Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(all)
}

// TestThroughProxy: all that Gannet does, over TLS through the samples.
func TestThroughProxy(t *testing.T) {
	eachProxy(t, func(t *testing.T, start func(s *site, t *testing.T, names bool) *proxy) {
		s := engineSite(t, nil)
		p := start(s, t, false)
		alice, bob := p.talk("uid=alice&device=a"), p.talk("uid=bob&device=b")
		alice.hear("welcome")
		bob.hear("welcome")
		long := strings.Repeat("long ", 10_000)
		for _, text := range []string{"hello", long} {
			alice.say(fmt.Sprintf(`{"type":"send","to":"bob","content":%q}`, text))
			bob.hear(`"chat"`, `"from":"alice"`, text)
			bob.say(fmt.Sprintf(`{"type":"send","to":"alice","content":%q}`, text))
			alice.hear(`"chat"`, `"from":"bob"`, text)
		}
		p.hearStream(bob)
		if status, text := p.ask("", "POST", "/api/v1/messages/send?uid=alice", `{"to":"bob","content":"by HTTP"}`); status != 200 {
			t.Errorf("%d %s", status, text)
		}
		bob.hear(`"by HTTP"`)
		if status, text := p.ask("", "GET", "/api/v1/messages/history?uid=alice&to=bob", ""); status != 200 || !hasAll(text, []string{"hello", long, "by HTTP"}) {
			t.Errorf("history: %d, %d bytes", status, len(text))
		}
		if status, text := p.ask("", "GET", "/", ""); status != 200 || !strings.Contains(text, "<html") {
			t.Errorf("the page: %d %.100s", status, text)
		}
		p.redirects()
	})
}

// hearStream opens a stream of events, and has each event come at once.
func (p *proxy) hearStream(from *talker) {
	p.t.Helper()
	resp, err := p.browser("").Get("https://" + p.addr + "/api/v1/events?uid=carol&device=c")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	until := func(piece string) {
		p.t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), piece) {
				return
			}
		}
		p.t.Fatalf("the stream ends before %q: %v", piece, lines.Err())
	}
	until(`"welcome"`)
	for _, text := range []string{"one", "two"} {
		from.say(fmt.Sprintf(`{"type":"send","to":"carol","content":%q}`, text))
		until(text)
	}
}

// redirects: who comes without TLS is sent to it.
func (p *proxy) redirects() {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), "GET", "http://"+p.plain+"/api/v1/x?y=1", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Host = "chat.example.com"
	resp, err := p.browser("").Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	resp.Body.Close()
	if got := resp.Header.Get("Location"); resp.StatusCode != 308 || got != "https://chat.example.com/api/v1/x?y=1" {
		p.t.Errorf("without TLS: %d %s", resp.StatusCode, got)
	}
}

// TestAddressThroughProxy: each client counts for itself, whatever it claims.
func TestAddressThroughProxy(t *testing.T) {
	eachProxy(t, func(t *testing.T, start func(s *site, t *testing.T, names bool) *proxy) {
		p := start(engineSite(t, func(c *engine.Config) {
			c.Limits.ConnectionsPerAddress = 2
			c.Desk.Visitors, c.Desk.VisitorsPerMinute = true, 1
		}), t, true)
		const ann, ben = "203.0.113.9", "2001:db8::9"
		for i, c := range []struct {
			client string
			status int
		}{{ann, 101}, {ann, 101}, {ann, 429}, {ben, 101}, {ben, 101}, {ben, 429}, {ann, 429}} {
			query := fmt.Sprintf("uid=u%d", i)
			if _, status := p.tryTalk(c.client, query, "X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i)); status != c.status {
				t.Errorf("%d: %s: status %d, want %d", i, c.client, status, c.status)
			}
		}
		for i, c := range []struct {
			client string
			status int
		}{{ann, 200}, {ann, 429}, {ben, 200}, {ben, 429}} {
			status, text := p.ask(c.client, "POST", "/api/v1/desk/visitors", `{}`, "X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i))
			if status != c.status {
				t.Errorf("visitor %d: %s: %d %s", i, c.client, status, text)
			}
		}
	})
}

// TestOriginThroughProxy: the server knows the name that the browser asked for, and
// lets pages of that name in only.
func TestOriginThroughProxy(t *testing.T) {
	eachProxy(t, func(t *testing.T, start func(s *site, t *testing.T, names bool) *proxy) {
		p := start(engineSite(t, func(c *engine.Config) {
			c.Auth.Mode, c.Auth.JWT.Secret = auth.ModeJWT, strings.Repeat("s", 32)
		}), t, false)
		for origin, want := range map[string]int{"https://chat.example.com": 101, "https://chat.example.com:8443": 101, "https://evil.example.com": 403} {
			if _, status := p.tryTalk("", "", "Host", "chat.example.com", "Origin", origin); status != want {
				t.Errorf("%s: status %d, want %d", origin, status, want)
			}
		}
	})
}

// TestSilenceThroughProxy: it is the server that ends a silent connection, and the
// client learns why.
func TestSilenceThroughProxy(t *testing.T) {
	eachProxy(t, func(t *testing.T, start func(s *site, t *testing.T, names bool) *proxy) {
		s := engineSite(t, func(c *engine.Config) { c.Heartbeat.Idle, c.Heartbeat.Check = 50*time.Millisecond, 20*time.Millisecond })
		p := start(s, t, false)
		silent := p.talk("uid=silent")
		if last, code := silent.hearClose(); code != 4009 {
			t.Errorf("a silent one: %d after %s", code, last)
		}
	})
}

// TestShutdownThroughProxy: clients are told when to come back.
func TestShutdownThroughProxy(t *testing.T) {
	eachProxy(t, func(t *testing.T, start func(s *site, t *testing.T, names bool) *proxy) {
		s := engineSite(t, nil)
		p := start(s, t, false)
		c := p.talk("uid=alice")
		c.hear("welcome")
		stopped := make(chan struct{})
		go func() { s.stop(); close(stopped) }()
		last, code := c.hearClose()
		<-stopped
		var word struct{ Event string }
		if err := json.Unmarshal([]byte(last), &word); err != nil || word.Event != "shutdown" || code != websocket.StatusServiceRestart {
			t.Errorf("%d after %s", code, last)
		}
	})
}

// TestNginxReload: who is connected stays, and who comes gets the new configuration.
func TestNginxReload(t *testing.T) {
	s := engineSite(t, nil)
	p := s.nginx(t, false)
	before := p.talk("uid=alice")
	before.hear("welcome")
	p.edit(edit{`server_name chat.example.com;$`, "server_name chat.example.com; add_header X-Reloaded yes always;"})
	p.signal(syscall.SIGHUP)
	p.await("reloaded", func() bool {
		resp, err := p.browser("").Get("https://" + p.addr + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.Header.Get("X-Reloaded") == "yes"
	})
	after := p.talk("uid=bob")
	after.hear("welcome")
	before.say(`{"type":"send","to":"bob","content":"still here"}`)
	after.hear("still here")
	after.say(`{"type":"send","to":"alice","content":"so am I"}`)
	before.hear("so am I")
	before.ws.CloseNow() // or the old worker would stay
}
