package engine_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/engine"
)

// asOperator asks the operator's listener for what must succeed.
func (s *server) asOperator(method, path, body string) object {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, "http://"+s.admin+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := browser.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Data object }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %s: status %d, %v", method, path, resp.StatusCode, err)
	}
	return answer.Data
}

// hook is a receiver of webhooks that is always well.
func hook(t *testing.T) (url string, events <-chan object) {
	t.Helper()
	told := make(chan object, 1000)
	r := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		var b struct{ Events []object }
		text, err := io.ReadAll(req.Body)
		if err == nil {
			err = json.Unmarshal(text, &b)
		}
		if err != nil {
			t.Error(err)
		}
		for _, e := range b.Events {
			told <- e
		}
	}))
	t.Cleanup(r.Close)
	return r.URL, told
}

// untilEvents waits until events of all these types have come, and returns the last
// of each.
func untilEvents(t *testing.T, events <-chan object, types ...string) object {
	t.Helper()
	seen := object{}
	deadline := time.After(10 * time.Second)
	for {
		left := slices.DeleteFunc(slices.Clone(types), func(want string) bool { return seen[want] != nil })
		if len(left) == 0 {
			return seen
		}
		select {
		case e := <-events:
			seen[e["type"].(string)] = e["data"]
		case <-deadline:
			t.Fatalf("no %v came", left)
		}
	}
}

// TestWebhooks: a server as a whole tells endpoints, of the desk too, goes on after a
// restart, and counts.
func TestWebhooks(t *testing.T) {
	dir := t.TempDir()
	url, events := hook(t)
	s := serve(t, dir, func(c *engine.Config) { c.Desk.Visitors = true })
	s.asOperator("POST", "/webhooks", fmt.Sprintf(`{"name":"h","url":%q,"events":["*"]}`, url))
	s.enter("1")
	untilEvents(t, events, "user.online", "message.offline")
	s.api("POST", "/api/v1/messages/send?uid=1", `{"to":"2","content":"hi"}`)
	seen := untilEvents(t, events, "message.created", "message.offline")
	if users := fmt.Sprint(seen["message.offline"].(object)["users"]); users != "[map[unread:1 user_id:2]]" {
		t.Errorf("away: %s", users)
	}
	s.api("POST", "/api/v1/desk/sessions?uid=3", `{"subject":"help"}`)
	untilEvents(t, events, "session.queued")
	text := s.scrape()
	for _, line := range []string{
		`gannet_webhook_events_total{endpoint="h",result="delivered"} `, `gannet_webhook_requests_total{endpoint="h",outcome="ok"} `,
		`gannet_webhook_dead{endpoint="h"} 0`, `gannet_webhook_circuit_open{endpoint="h"} 0`, `gannet_webhook_lag_seconds{endpoint="h"}`,
	} {
		if !strings.Contains(text, "\n"+line) {
			t.Errorf("no %s in the scrape", line)
		}
	}
	s.stop()
	s = serve(t, dir, func(c *engine.Config) { c.Desk.Visitors = true })
	s.api("POST", "/api/v1/messages/send?uid=1", `{"to":"2","content":"hi"}`)
	untilEvents(t, events, "server.started", "message.created", "message.offline")
}
