package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestWebhooksQuotes: what a receiver said doesn't reach the terminal as it is.
func TestWebhooksQuotes(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			fmt.Fprint(w, `{"data":{"ok":false,"status":500,"error":"\u001b[2J","body":"\u001b[3J"}}`)
			return
		}
		fmt.Fprint(w, `{"data":{"dead":[{"number":1,"entry_id":"2","type":"message.created","reason":"\u001b[2J"}]}}`)
	}))
	t.Cleanup(server.Close)
	o := &operator{base: server.URL}
	var out strings.Builder
	if err := listDead(t.Context(), o, &out, webhookPath("h")+"/dead", numbers{}); err != nil || !strings.Contains(out.String(), `entry 2  "\x1b[2J"`) {
		t.Errorf("%q, %v", out.String(), err)
	}
	if err := testWebhook(t.Context(), o, &out, "h"); err == nil || !strings.HasSuffix(err.Error(), `: "\x1b[2J: \x1b[3J"`) {
		t.Errorf("%v", err)
	}
}

// TestWebhooksCommand: what an operator does with webhooks, by the command.
func TestWebhooksCommand(t *testing.T) {
	var status atomic.Int32
	status.Store(410)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(status.Load()))
	}))
	t.Cleanup(receiver.Close)
	p := startProcess(t, t.TempDir(), "webhooks.max_delay=10ms")
	until := func(what string, args ...string) string {
		t.Helper()
		expr := regexp.MustCompile(what)
		for start := time.Now(); ; {
			out := p.webhooks(args...)
			if expr.MatchString(out) {
				return out
			}
			if time.Since(start) > patience {
				t.Fatalf("%v says %s, never %q", args, out, what)
			}
		}
	}
	until("there are no webhooks", "list")
	if out := p.webhooks("add", "h", receiver.URL, "--events", "message.created", "--max-batch", "5", "--offline-members", "0", "--paused"); !regexp.MustCompile(`(?m)\Ah: paused\nsecret: whsec_\S{43}$`).MatchString(out) {
		t.Error(out)
	}
	for range 3 {
		p.api("POST", "/api/v1/messages/send?uid=a", `{"to":"b","content":"hi"}`, &struct{}{})
	}
	until(`(?m)^h +paused +3 \(\d+s\) +0 +0 +message.created +http://`, "list")
	until("h: ok", "resume", "h")
	until(`(?m)^h +ok +0 \(0s\) +0 +3 `, "list")
	dead := until("(?m)^3  .*\"410 Gone\"$", "dead", "h")
	if strings.Count(dead, "\n") != 3 {
		t.Error(dead)
	}
	until("(?m)^2  20.*  message.created  entry [0-9]+  \"410 Gone\"\n$", "dead", "h", "--from", "2", "--to", "2")
	until("^1 removed\n$", "dead", "h", "--discard", "--to", "1")
	status.Store(204)
	until("h: status 204 in ", "test", "h")
	until("^1 are sent again", "replay", "h", "--from", "3")
	until(`(?m)^h +ok +0 \(0s\) +1 +1 `, "list")
	until("h: paused", "pause", "h")
	until("h: removed", "remove", "h")
	until("there are no webhooks", "list")
}
