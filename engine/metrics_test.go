package engine_test

import (
	"strings"
	"testing"
)

// TestMetrics: what the documentation names is in a scrape, and counts.
func TestMetrics(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	a, b := s.enter("1"), s.enter("2")
	a.ask(`{"type":"send","cid":"c","to":"2","content":"hi"}`, object{"type": "sent"})
	b.expect(object{"type": "chat"})
	a.ask(`{"type":"send","cid":"c","to":"2","content":"hi"}`, object{"type": "sent"})
	a.enterGroup(`{"type":"send","group_id":"7","content":"hi"}`, "created", 1)
	s.api("GET", "/healthz", "")
	s.asOperator("POST", "/webhooks", `{"name":"h","url":"http://127.0.0.1:1","events":["*"],"paused":true}`)

	text := s.scrape()
	for _, line := range []string{
		`chat_messages_processed_total{type="single"} 3`,
		`chat_messages_processed_total{type="group"} 1`,
		`chat_messages_processed_total{type="event"} 1`,
		`chat_messages_delivered_total 2`, // a message and an event
		`chat_duplicates_total 1`,
		`chat_connections_active 2`,
		`chat_connections_accepted_total 2`,
		`chat_frames_received_total 5`,
		`gannet_http_requests_total{route="GET /healthz",status="200"} 1`,
		`gannet_queue_depth{queue="sequencer"} 0`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("no %s in the scrape", line)
		}
	}
	for _, name := range []string{"gannet_fsync_seconds_bucket{", "chat_send_seconds_bucket{", "gannet_build_info{", "go_goroutines ", "process_"} {
		if !strings.Contains(text, "\n"+name) {
			t.Errorf("no %s in the scrape", name)
		}
	}
	s.tryDialStatus(404, "/nowhere?uid=1")
	if line := `chat_connections_rejected_total{reason="404"} 1`; !strings.Contains(s.scrape(), "\n"+line+"\n") {
		t.Errorf("no %s in the scrape", line)
	}
	if left := s.Unregistered(); len(left) > 0 {
		t.Errorf("never registered: %v", left)
	}
	if t.Failed() {
		t.Log(text)
	}
}
