package engine_test

import (
	"log/slog"
	"strings"
	"testing"

	"gannet/engine"
)

func TestChatAndRestart(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, nil)
	a, b := s.dial("uid=1"), s.dial("user_id=2")
	a.expect(object{"type": "system", "event": "welcome", "user_id": "1"})
	b.expect(object{"type": "system", "user_id": "2"})

	const hi = `{"type":"send","cid":"c-1","to":"2","content":"hi"}`
	sent := a.ask(hi, object{"type": "sent", "cid": "c-1", "conv_id": "single_1:2", "seq": 1.0})
	b.expect(object{"type": "chat", "id": sent["id"], "from": "1", "to": "2", "content": "hi", "seq": 1.0})
	a.ask(hi, object{"type": "sent", "cid": "c-1", "id": sent["id"], "seq": 1.0, "time": sent["time"]})
	a.ask(`{"type":"send","cid":"c-1","to":"2","content":"other"}`,
		object{"type": "error", "cid": "c-1", "code": 409.0, "reason": "conflict"})
	s.stop()

	s = serve(t, dir, nil)
	b = s.dial("uid=2")
	b.expect(object{"type": "system"})
	page := b.ask(`{"type":"history","cid":"h","to":"1"}`,
		object{"type": "history", "cid": "h", "conv_id": "single_1:2", "has_more": false})
	if n := len(page["messages"].([]any)); n != 1 {
		t.Fatalf("%d messages in history, want 1: %v", n, page)
	}
	a = s.dial("uid=1")
	a.expect(object{"type": "system"})
	a.ask(hi, object{"type": "sent", "cid": "c-1", "id": sent["id"], "seq": 1.0})
	a.ask(`{"type":"send","to":"2","content":{"n":1.0}}`, object{"type": "sent", "seq": 2.0})
	b.expect(object{"type": "chat", "seq": 2.0, "content": object{"n": 1.0}})
}

// TestStartRefused: an engine that can't start says why and leaves nothing behind.
func TestStartRefused(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, nil)
	quiet := slog.New(slog.DiscardHandler)
	if _, err := engine.New(config(dir, nil), quiet); err == nil {
		t.Fatal("two engines on one directory")
	}
	for key, change := range map[string]func(*engine.Config){
		"listen.ws":    func(c *engine.Config) { c.Listen.WS = s.http },
		"listen.http":  func(c *engine.Config) { c.Listen.HTTP = s.http },
		"listen.admin": func(c *engine.Config) { c.Listen.Admin = s.http },
	} {
		t.Run(key, func(t *testing.T) {
			dir := t.TempDir()
			e, err := engine.New(config(dir, change), quiet)
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Start(); err == nil || !strings.Contains(err.Error(), key) {
				t.Fatalf("%v, want an error that names %s", err, key)
			}
			serve(t, dir, nil) // the directory is free again
		})
	}
}
