package engine_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestOlderData: after a restore of an older backup, places that are known to
// clients only are beyond the end. They are brought back to it, and what is written
// anew reaches everybody.
func TestOlderData(t *testing.T) {
	dir := t.TempDir()
	data, older := filepath.Join(dir, "data"), filepath.Join(dir, "older")
	s := serve(t, data, nil)
	s.enter("1").say(`"to":"2"`, 1, 5)
	s.stop()
	if err := os.CopyFS(older, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	s = serve(t, data, nil)
	s.enter("1").say(`"to":"2"`, 6, 9)
	lost := s.api("POST", "/api/v1/messages/send?uid=1", `{"to":"2","content":10,"cid":"lost"}`)
	b := s.track("2", `{"single_1:2":0}`)
	b.hear(1, 10)
	b.expect(synced("first", "single_1:2", 10, false))
	s.api("POST", "/api/v1/messages/read?uid=2", `{"conv_id":"single_1:2","seq":10}`)
	s.stop()

	s = serve(t, older, nil)
	b = s.track("2", `{"single_1:2":10}`)
	b.expect(synced("first", "single_1:2", 5, false)) // where the client goes on from
	b.send(`{"type":"ack","conv_id":"single_1:2","seq":10}`)
	b.send(`{"type":"ack","ids":["` + lost["msg_id"].(string) + `"]}`)
	a := s.enter("1")
	s.api("POST", "/api/v1/messages/read?uid=2", `{"conv_id":"single_1:2","seq":10}`)
	b.expect(object{"type": "read", "seq": 5.0})
	a.expect(object{"type": "read", "seq": 5.0})
	a.say(`"to":"2"`, 6, 7)
	b.hear(6, 7)
	list := s.api("GET", "/api/v1/conversations?uid=2", "")["conversations"].([]any)[0].(object)
	if list["last_seq"] != 7.0 || list["read_seq"] != 5.0 || list["unread"] != 2.0 {
		t.Errorf("the list says %v", list)
	}
	again := s.api("POST", "/api/v1/messages/send?uid=1", `{"to":"2","content":10,"cid":"lost"}`)
	if again["seq"] != 8.0 || again["msg_id"].(string) <= lost["msg_id"].(string) {
		t.Errorf("sent again: %v, before the restore %v", again, lost)
	}
	if status, _ := s.call("GET", "/api/v1/messages/history?uid=2&to=1&before=900", ""); status != 200 {
		t.Errorf("history from beyond the end: %d", status)
	}
}
