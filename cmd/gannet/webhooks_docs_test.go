package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

var scriptFence = regexp.MustCompile("(?s)```js\n(.*?)```")

// freePort is one that nobody listens on.
func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// runReceiver runs the receiver of docs/webhooks.md and returns the lines that it
// prints.
func runReceiver(t *testing.T, page []byte, port, secret string) <-chan string {
	t.Helper()
	script := filepath.Join(t.TempDir(), "receiver.mjs")
	if err := os.WriteFile(script, scriptFence.FindSubmatch(page)[1], 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", script)
	cmd.Env, cmd.Stderr = append(os.Environ(), "PORT="+port, "SECRET="+secret), t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 100)
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		for range lines { // until its output ends
		}
		_ = cmd.Wait() // says that it was killed
	})
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

// TestWebhooksQuickStart does what docs/webhooks.md shows: its receiver is told of
// what happens, in events of the shape that stands there, and minds bad signatures.
func TestWebhooksQuickStart(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("the quick start of docs/webhooks.md was NOT tried: its receiver needs node")
	}
	page, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	p, port := startProcess(t, t.TempDir()), freePort(t)
	added := p.webhooks("add", "demo", "http://127.0.0.1:"+port+"/", "--events", "*")
	_, secret, _ := strings.Cut(strings.TrimSpace(added), "secret: ")
	lines := runReceiver(t, page, port, secret)
	deadline := time.After(2 * patience)
	for ready := false; !ready; { // what is told before it listens would be told late
		resp, err := browser.Get("http://127.0.0.1:" + port)
		if ready = err == nil; ready {
			_ = resp.Body.Close()
			continue
		}
		select {
		case <-time.After(20 * time.Millisecond): // node needs the processor that this loop would take
		case <-deadline:
			t.Fatal(err)
		}
	}
	p.makeEvents(t)
	shown := shownEvents(t, page)
	var told []string
	for len(shown) > 0 {
		select {
		case line, ok := <-lines:
			if !ok {
				t.Fatalf("the receiver has ended, and was told of %q", told)
			}
			told = append(told, line)
			kind, rest, _ := strings.Cut(line, " ")
			_, data, _ := strings.Cut(rest, " ")
			delete(shown, kind+" "+strings.Join(keys(t, data), " "))
		case <-deadline:
			t.Fatalf("nothing was told of the shape of %v, only\n%s\nand the server says\n%s",
				slices.Collect(maps.Keys(shown)), strings.Join(told, "\n"), p.webhooks("list"))
		}
	}
	resp, err := browser.Post("http://127.0.0.1:"+port, "application/json", strings.NewReader(`{"events":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("what isn't signed is answered %d", resp.StatusCode)
	}
	if out := p.webhooks("test", "demo"); !strings.Contains(out, "status 204") {
		t.Error(out)
	}
}

// shownEvents are the events that a page shows, by type and keys, but for those that
// the test doesn't make.
func shownEvents(t *testing.T, page []byte) map[string]bool {
	t.Helper()
	shown := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, `{"id":`) {
			continue
		}
		var e struct {
			Type string
			Data json.RawMessage
		}
		if err := json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimSuffix(line, ","), "]}")), &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if e.Type != "server.started" && !strings.HasPrefix(e.Type, "session.") {
			shown[e.Type+" "+strings.Join(keys(t, string(e.Data)), " ")] = true
		}
	}
	if len(shown) != 8 {
		t.Fatalf("the page shows %v", shown)
	}
	return shown
}

// makeEvents does what makes an event of each kind that the page shows, but for
// sessions and starts.
func (p *process) makeEvents(t *testing.T) {
	t.Helper()
	for _, user := range []string{"alice", "carol"} {
		ws, err := p.dial("uid=" + user)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = ws.CloseNow() })
		if user == "alice" { // of who goes at once that is all that is told
			_ = ws.Close(websocket.StatusNormalClosure, "")
		}
	}
	var sent struct {
		MsgID string `json:"msg_id"`
	}
	p.api("POST", "/api/v1/messages/send?uid=alice", `{"to":"carol","content":"hi"}`, &sent)
	about := fmt.Sprintf(`"msg_id":%q`, sent.MsgID)
	p.api("POST", "/api/v1/messages/edit?uid=alice", `{`+about+`,"content":"hi!"}`, &struct{}{})
	p.api("POST", "/api/v1/messages/react?uid=carol", `{`+about+`,"emoji":"+"}`, &struct{}{})
	p.api("POST", "/api/v1/messages/send?uid=alice", `{"to":"carol","content":"oops"}`, &sent)
	p.api("POST", "/api/v1/messages/recall?uid=alice", fmt.Sprintf(`{"msg_id":%q}`, sent.MsgID), &struct{}{})
	p.api("POST", "/api/v1/groups?uid=alice", `{"group_id":"7","name":"g","members":["carol"]}`, &struct{}{})
	p.api("POST", "/api/v1/groups/7/members?uid=alice", `{"members":["dave"]}`, &struct{}{})
	p.api("POST", "/api/v1/messages/send?uid=alice", `{"group_id":"7","content":"lunch?","mentions":["dave"]}`, &struct{}{})
	p.api("POST", "/api/v1/messages/send?uid=alice", `{"to":"carol","content":"bye"}`, &struct{}{})
}

// keys are the keys of an object and of the objects in it.
func keys(t *testing.T, text string) []string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	all := map[string]bool{}
	collectKeys(v, "", all)
	return slices.Sorted(maps.Keys(all))
}

func collectKeys(v any, path string, all map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			all[path+key] = true
			collectKeys(value, path+key+".", all)
		}
	case []any:
		for _, value := range v {
			collectKeys(value, path, all)
		}
	}
}
