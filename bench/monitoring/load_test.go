package monitoring_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"gannet/codec/client"
)

// load is what goes on at the server. Its parts run until ctx ends; what fails
// then is how they end.
type load struct {
	*server
	ctx context.Context
}

// each calls fn from time to time.
func (l *load) each(d time.Duration, fn func(n int)) {
	ticker := time.NewTicker(d)
	defer ticker.Stop()
	for n := 0; l.ctx.Err() == nil; n++ {
		fn(n)
		select {
		case <-ticker.C:
		case <-l.ctx.Done():
		}
	}
}

// fail reports what went wrong before the end.
func (l *load) fail(what string, err error) {
	if err != nil && l.ctx.Err() == nil {
		l.t.Errorf("%s: %v", what, err)
	}
}

// request sends an HTTP request and returns the data of its answer.
func (s *server) request(ctx context.Context, method, url, body string) (map[string]any, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var answer struct{ Data map[string]any }
	if err := json.Unmarshal(text, &answer); err != nil || resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s %s: %d %s", method, url, resp.StatusCode, text)
	}
	return answer.Data, nil
}

// api is a request of a user's to the HTTP API.
func (l *load) api(method, path, user, body string) map[string]any {
	joint := "?"
	if strings.Contains(path, "?") {
		joint = "&"
	}
	data, err := l.request(l.ctx, method, l.http()+"/api/v1"+path+joint+"uid="+user, body)
	l.fail(path, err)
	return data
}

func (s *server) send(from, to, content string) {
	s.t.Helper()
	body := fmt.Sprintf(`{"to":%q,"content":%q}`, to, content)
	if _, err := s.request(s.t.Context(), "POST", s.http()+"/api/v1/messages/send?uid="+from, body); err != nil {
		s.t.Fatal(err)
	}
}

// addWebhook has the server tell of all that happens.
func (l *load) addWebhook() {
	_, err := l.request(l.ctx, "POST", "http://"+l.admin()+"/api/v1/webhooks", fmt.Sprintf(`{"name":"push","url":%q,"events":["*"]}`, l.receiver))
	l.fail("adding a webhook", err)
}

// chatters talk in a group and to each other.
func (l *load) chatters() {
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			c, err := client.Dial(l.ctx, client.Config{URL: l.ws(), User: fmt.Sprintf("user%d", i), Tracked: i%2 == 0})
			if err != nil {
				l.fail("connecting", err)
				return
			}
			defer c.Close()
			all.Go(func() {
				for l.ctx.Err() == nil {
					_, _ = c.Receive(l.ctx)
				}
			})
			l.each(20*time.Millisecond, func(n int) {
				m := client.Message{GroupID: "lobby", Content: []byte(`"hello, all of you"`)}
				if n%3 == 0 {
					m = client.Message{To: fmt.Sprintf("user%d", i^1), Content: []byte(`"hello"`)}
				}
				_, err := c.Send(l.ctx, m)
				l.fail("sending", err)
			})
		})
	}
	all.Wait()
}

// forgetful is a client that says it acknowledges, and doesn't.
func (l *load) forgetful() {
	ws, _, err := websocket.Dial(l.ctx, l.ws()+"?uid=forgetful", &websocket.DialOptions{Subprotocols: []string{"gannet.v1"}})
	if err != nil {
		l.fail("connecting", err)
		return
	}
	defer ws.CloseNow()
	l.fail("asking for messages", ws.Write(l.ctx, websocket.MessageText, []byte(`{"type":"sync","cid":"s"}`)))
	go l.each(500*time.Millisecond, func(int) { l.api("POST", "/messages/send", "user0", `{"to":"forgetful","content":"do you hear me?"}`) })
	for l.ctx.Err() == nil {
		_, _, _ = ws.Read(l.ctx)
	}
}

// sluggish is a client that comes, reads nothing until it is cut off, and comes
// again.
func (l *load) sluggish() {
	body := fmt.Sprintf(`{"to":"sluggish","content":%q}`, bytes.Repeat([]byte("x"), 60_000))
	for l.ctx.Err() == nil {
		ws, _, err := websocket.Dial(l.ctx, l.ws()+"?uid=sluggish&device=d", nil)
		if err != nil {
			l.fail("connecting", err)
			return
		}
		for range 100 {
			l.api("POST", "/messages/send", "user1", body)
		}
		_ = ws.CloseNow()
	}
}

// stream reads server-sent events.
func (l *load) stream() {
	req, err := http.NewRequestWithContext(l.ctx, "GET", l.http()+"/api/v1/events?uid=user2", nil)
	if err != nil {
		l.fail("event stream", err)
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		l.fail("event stream", err)
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
}

// readers read over HTTP what is on disk, and what isn't there.
func (l *load) readers() {
	l.each(50*time.Millisecond, func(n int) {
		l.api("GET", fmt.Sprintf("/messages/history?conv_id=single_bird:early&limit=%d", 1+n%50), "early", "")
		l.api("GET", "/conversations", "user1", "")
		_, _ = l.request(l.ctx, "GET", l.http()+"/api/v1/nothing?uid=user1", "")
	})
}

// desk has an agent serve one visitor after the other, and lets some wait.
func (l *load) desk() {
	agent, err := client.Dial(l.ctx, client.Config{URL: l.ws() + "?role=agent", User: "agent"})
	if err != nil {
		l.fail("connecting", err)
		return
	}
	defer agent.Close()
	go func() {
		for l.ctx.Err() == nil {
			_, _ = agent.Receive(l.ctx)
		}
	}()
	l.api("PUT", "/desk/agents/me?role=agent", "agent", `{"status":"online"}`)
	l.each(200*time.Millisecond, func(n int) {
		visitor := fmt.Sprintf("visitor%d", n)
		session, _ := l.api("POST", "/desk/sessions", visitor, `{"subject":"parcel"}`)["session_id"].(string)
		l.api("POST", "/messages/send", visitor, fmt.Sprintf(`{"conv_id":"service_%s","content":"where is it?"}`, session))
		l.api("POST", "/messages/send?role=agent", "agent", fmt.Sprintf(`{"conv_id":"service_%s","content":"on its way"}`, session))
		l.api("POST", "/desk/sessions/"+session+"/close?role=agent", "agent", "")
		l.api("POST", "/desk/sessions/"+session+"/rating", visitor, `{"rating":5}`)
	})
}
