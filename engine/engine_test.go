package engine_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"gannet/engine"
)

// start runs an engine on free ports.
func start(t *testing.T, dir string, change func(*engine.Config)) *engine.Engine {
	t.Helper()
	cfg := engine.DefaultConfig()
	cfg.DataDir = dir
	cfg.Listen = engine.ListenConfig{WS: "127.0.0.1:0", HTTP: "127.0.0.1:0", Admin: "127.0.0.1:0"}
	if change != nil {
		change(&cfg)
	}
	e, err := engine.New(cfg, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Start(); err != nil {
		t.Fatal(err)
	}
	return e
}

func stop(t *testing.T, e *engine.Engine) {
	t.Helper()
	if err := e.Shutdown(context.Background()); err != nil {
		t.Errorf("shutdown: %v", err)
	}
}

// client is a foreign one: coder/websocket and encoding/json.
type client struct {
	t  *testing.T
	ws *websocket.Conn
}

func dial(t *testing.T, e *engine.Engine, query string, protocols ...string) *client {
	t.Helper()
	addr, _, _ := e.Addrs()
	ws, _, err := websocket.Dial(t.Context(), "ws://"+addr+"/ws?"+query, &websocket.DialOptions{Subprotocols: protocols})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.CloseNow() })
	return &client{t, ws}
}

func (c *client) send(text string) {
	c.t.Helper()
	if err := c.ws.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// next reads one message.
func (c *client) next() map[string]any {
	c.t.Helper()
	_, text, err := c.ws.Read(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		c.t.Fatalf("%s: %v", text, err)
	}
	return m
}

// expect reads one message and checks some of its members.
func (c *client) expect(want map[string]any) map[string]any {
	c.t.Helper()
	got := c.next()
	for k, v := range want {
		if got[k] != v {
			c.t.Fatalf("%s = %v, want %v in %v", k, got[k], v, got)
		}
	}
	return got
}

func TestChatAndRestart(t *testing.T) {
	dir := t.TempDir()
	e := start(t, dir, nil)
	a, b := dial(t, e, "uid=1"), dial(t, e, "user_id=2")
	a.expect(map[string]any{"type": "system", "event": "welcome", "user_id": "1"})
	b.expect(map[string]any{"type": "system", "user_id": "2"})

	a.send(`{"type":"send","cid":"c-1","to":"2","content":"hi"}`)
	sent := a.expect(map[string]any{"type": "sent", "cid": "c-1", "conv_id": "single_1:2", "seq": 1.0})
	b.expect(map[string]any{"type": "chat", "id": sent["id"], "from": "1", "to": "2", "content": "hi", "seq": 1.0})

	a.send(`{"type":"send","cid":"c-1","to":"2","content":"hi"}`)
	a.expect(map[string]any{"type": "sent", "cid": "c-1", "id": sent["id"], "seq": 1.0})
	a.send(`{"type":"send","cid":"c-1","to":"2","content":"other"}`)
	a.expect(map[string]any{"type": "error", "cid": "c-1", "code": 409.0, "reason": "conflict"})
	stop(t, e)

	e = start(t, dir, nil)
	defer stop(t, e)
	b = dial(t, e, "uid=2")
	b.expect(map[string]any{"type": "system"})
	b.send(`{"type":"history","cid":"h","to":"1"}`)
	page := b.expect(map[string]any{"type": "history", "cid": "h", "conv_id": "single_1:2", "has_more": false})
	if n := len(page["messages"].([]any)); n != 1 {
		t.Fatalf("%d messages in history, want 1: %v", n, page)
	}
	a = dial(t, e, "uid=1")
	a.expect(map[string]any{"type": "system"})
	a.send(`{"type":"send","cid":"c-1","to":"2","content":"hi"}`)
	a.expect(map[string]any{"type": "sent", "cid": "c-1", "id": sent["id"], "seq": 1.0})
	a.send(`{"type":"send","to":"2","content":{"n":1.0}}`)
	a.expect(map[string]any{"type": "sent", "seq": 2.0})
	b.expect(map[string]any{"type": "chat", "seq": 2.0})
}

func TestMetricsAreRegistered(t *testing.T) {
	e := start(t, t.TempDir(), nil)
	defer stop(t, e)
	_, _, admin := e.Addrs()
	resp, err := http.Get("http://" + admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b strings.Builder
	buf := make([]byte, 1<<16)
	for n, err := resp.Body.Read(buf); n > 0 || err == nil; n, err = resp.Body.Read(buf) {
		b.Write(buf[:n])
	}
	for _, name := range []string{"chat_messages_processed_total{type=\"single\"}", "chat_connections_active", "gannet_fsync_seconds_bucket"} {
		if !strings.Contains(b.String(), name) {
			t.Errorf("no %s in the scrape", name)
		}
	}
}
