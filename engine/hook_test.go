package engine_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"gannet/engine"
	"gannet/engine/internal/signature"
)

const hookSecret = "a secret of thirty-two bytes, ok"

// censor is a service that the hook asks: it refuses "spam", hides "secret", and
// answers 500 to "crash".
type censor struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex
	asked  []object
	delays func(object) <-chan struct{} // an answer waits for it
}

func newCensor(t *testing.T) *censor {
	c := &censor{t: t}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *censor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the server has stopped waiting
	}
	h := r.Header
	if err := signature.Check([]byte(hookSecret), h.Get(signature.Timestamp), h.Get(signature.Signature), body, time.Now(), time.Minute); err != nil {
		c.t.Error(err)
	}
	var q object
	if err := json.Unmarshal(body, &q); err != nil {
		c.t.Error(err)
	}
	c.mu.Lock()
	c.asked = append(c.asked, q)
	delays := c.delays
	c.mu.Unlock()
	if delays != nil {
		select {
		case <-delays(q):
		case <-r.Context().Done():
		}
	}
	switch text := fmt.Sprint(q["content"]); {
	case strings.Contains(text, "spam"):
		_, _ = io.WriteString(w, `{"action":"deny","reason":"no advertising"}`)
	case strings.Contains(text, "secret"):
		_, _ = io.WriteString(w, `{"action":"change","content":"[hidden]"}`)
	case strings.Contains(text, "crash"):
		w.WriteHeader(http.StatusInternalServerError)
	default:
		_, _ = io.WriteString(w, `{"action":"allow"}`)
	}
}

func (c *censor) config(change func(*engine.HookConfig)) func(*engine.Config) {
	return func(e *engine.Config) {
		e.Hook.URL, e.Hook.Secret, e.Hook.Timeout = c.URL+"/check", hookSecret, 20*time.Second
		if change != nil {
			change(&e.Hook)
		}
	}
}

// TestHook: what the service says of a message is what becomes of it, by WebSocket and
// by HTTP, and again after a restart.
func TestHook(t *testing.T) {
	c, dir := newCensor(t), t.TempDir()
	s := serve(t, dir, c.config(nil))
	a, b := s.enter("1"), s.enter("2")
	const hidden = `{"type":"send","cid":"h","to":"2","content":"a secret"}`
	sent := a.ask(hidden, object{"type": "sent", "seq": 1.0})
	b.expect(object{"type": "chat", "seq": 1.0, "content": "[hidden]", "id": sent["id"]})
	a.ask(`{"type":"send","cid":"d","to":"2","content":"spam"}`,
		object{"type": "error", "cid": "d", "code": 403.0, "reason": "denied", "msg": "no advertising"})
	a.ask(`{"type":"send","cid":"5","to":"2","content":"crash"}`, object{"type": "error", "cid": "5", "code": 503.0, "reason": "busy"})
	a.ask(hidden, object{"type": "sent", "seq": 1.0, "id": sent["id"]})

	status, answer := s.call("POST", "/api/v1/messages/send?uid=1", `{"to":"2","content":"spam"}`)
	if status != 403 || answer["reason"] != "denied" || answer["msg"] != "no advertising" {
		t.Errorf("%d %v", status, answer)
	}
	data := s.api("POST", "/api/v1/messages/send?uid=1", `{"to":"2","content":"a secret","cid":"h"}`)
	if data["msg_id"] != sent["id"] {
		t.Errorf("%v", data)
	}
	a.ask(fmt.Sprintf(`{"type":"edit","cid":"e","id":"%s","content":"spam"}`, sent["id"]), object{"type": "error", "reason": "denied"})
	a.send(fmt.Sprintf(`{"type":"edit","cid":"e","id":"%s","content":"my secret 2","content_type":"x"}`, sent["id"]))
	b.expect(object{"type": "edit", "content": "[hidden]", "content_type": "x"})
	text := s.scrape()
	for _, line := range []string{
		`gannet_hook_requests_total{result="deny"} 3`, `gannet_hook_requests_total{result="bad_answer"} 1`,
		`gannet_hook_requests_total{result="change"} 4`, `gannet_queue_depth{queue="hook"} 0`, `gannet_hook_requests_total{result="not_asked"} 0`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("no %s in the scrape", line)
		}
	}
	s.stop()
	s = serve(t, dir, c.config(nil))
	s.enter("1").ask(hidden, object{"type": "sent", "seq": 1.0, "id": sent["id"]})
}

// TestHookIsGone: closed, messages are refused and nobody waits; open, they pass; and
// what was stored before stays answered as it was.
func TestHookIsGone(t *testing.T) {
	for _, fail := range []string{"closed", "open"} {
		t.Run(fail, func(t *testing.T) {
			c := newCensor(t)
			s := serve(t, t.TempDir(), c.config(func(h *engine.HookConfig) { h.Fail = fail }))
			a, b := s.enter("1"), s.enter("2")
			sent := a.ask(`{"type":"send","cid":"0","to":"2","content":0}`, object{"type": "sent"})
			b.expect(object{"type": "chat"})
			c.Close()
			for n := 1; n <= 20; n++ {
				a.send(fmt.Sprintf(`{"type":"send","cid":"%d","to":"2","content":%d}`, n, n))
			}
			for n := 1; n <= 20; n++ {
				if fail == "open" {
					a.expect(object{"type": "sent", "cid": fmt.Sprint(n), "seq": float64(n + 1)})
					b.expect(object{"type": "chat", "content": float64(n)})
					continue
				}
				got := a.expect(object{"type": "error", "cid": fmt.Sprint(n), "code": 503.0, "reason": "busy"})
				if ms, _ := got["retry_after_ms"].(float64); ms <= 0 {
					t.Errorf("%v", got)
				}
			}
			a.ask(`{"type":"send","cid":"0","to":"2","content":0}`, object{"type": "sent", "id": sent["id"]})
		})
	}
}

// TestHookShutdown: messages that are being asked about when the server stops are
// answered, and what was answered as stored is.
func TestHookShutdown(t *testing.T) {
	c, dir := newCensor(t), t.TempDir()
	first := make(chan struct{})
	release := make(chan struct{})
	var once sync.Once
	c.delays = func(q object) <-chan struct{} {
		if q["to"] == "nobody" {
			done := make(chan struct{})
			close(done)
			return done
		}
		once.Do(func() { close(first) })
		return release
	}
	s := serve(t, dir, c.config(nil))
	users := []*client{s.enter("1"), s.enter("2")}
	for i, u := range users {
		for n := range 3 {
			u.send(fmt.Sprintf(`{"type":"send","cid":"%d","to":"9","content":"%d %d"}`, n, i, n))
		}
	}
	<-first
	heard := make([][]object, len(users))
	var wg sync.WaitGroup
	for i, u := range users {
		wg.Go(func() { heard[i] = u.expectClose(1012) })
	}
	s.hangUps = nil
	go close(release)
	s.stop()
	wg.Wait()
	s = serve(t, dir, nil) // without a hook
	for i := range users {
		answered := 0
		for _, m := range heard[i] {
			if m["type"] != "sent" && m["type"] != "error" {
				continue
			}
			answered++
			n := m["cid"].(string)
			if m["type"] == "error" && m["reason"] != "shutting_down" {
				t.Errorf("%v", m)
			}
			back := s.enter(fmt.Sprint(i + 1))
			again := back.ask(fmt.Sprintf(`{"type":"send","cid":"%s","to":"9","content":"%d %s"}`, n, i, n), object{"type": "sent"})
			if m["type"] == "sent" && again["id"] != m["id"] {
				t.Errorf("answered %v, and after the restart %v", m, again)
			}
			back.ws.CloseNow()
		}
		if answered != 3 {
			t.Errorf("user %d: %d answers to 3 messages: %v", i+1, answered, heard[i])
		}
	}
}
