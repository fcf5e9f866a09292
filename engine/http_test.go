package engine_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

const history = "/api/v1/messages/history"

func TestSendOverHTTP(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	b := s.enter("2")
	const path, body = "/api/v1/messages/send?uid=1", `{"to":"2","content":{"a":[1,2]},"content_type":"card"}`
	sent := s.api("POST", path, body, "Idempotency-Key", "k-1")
	got := b.expect(object{"type": "chat", "from": "1", "to": "2", "content": object{"a": []any{1.0, 2.0}}, "content_type": "card"})
	if sent["msg_id"] != got["id"] || sent["conv_id"] != "single_1:2" || sent["seq"] != 1.0 || sent["timestamp"] != got["time"] {
		t.Errorf("answered %v, delivered %v", sent, got)
	}
	if again := s.api("POST", path, body, "Idempotency-Key", "k-1"); !reflect.DeepEqual(again, sent) {
		t.Errorf("the retry is answered %v, the first was %v", again, sent)
	}
	// The same cid over WebSocket is the same send.
	s.enter("1").ask(`{"type":"send","cid":"k-1","to":"2","content":{"a":[1,2]},"content_type":"card"}`,
		object{"type": "sent", "id": sent["msg_id"], "seq": 1.0})
	b.expectQuiet()

	for _, test := range []struct {
		path, body, key string
		status          int
		reason          any
	}{
		{path, `{"to":"2","content":"other"}`, "k-1", 409, "conflict"},
		{path, `{"to":"2","cid":"c","content":"x"}`, "k-2", 400, "bad_request"},
		{path, `{"to":"2","content":"x"`, "", 400, "bad_json"},
		{path, `{"to":"2","to":"3","content":"x"}`, "", 400, "bad_json"},
		{path, `{"to":"2"}`, "", 400, "bad_request"},
		{path, `{"to":"2","from":"3","content":"x"}`, "", 403, "forbidden"},
		{path, `{"conv_id":"single_2:3","content":"x"}`, "", 404, "not_found"},
		{path, `{"to":"2","content":"` + string(slices.Repeat([]byte("x"), 64<<10)) + `"}`, "", 413, "too_large"},
		{"/api/v1/messages/send", `{"to":"2","content":"x"}`, "", 401, "unauthorized"},
		{"/api/v1/messages/fly", `{}`, "", 404, "not_found"},
	} {
		var headers []string
		if test.key != "" {
			headers = []string{"Idempotency-Key", test.key}
		}
		if status, answer := s.call("POST", test.path, test.body, headers...); status != test.status || answer["reason"] != test.reason {
			t.Errorf("%s %.50s: %v, want %d %s", test.path, test.body, answer, test.status, test.reason)
		}
	}
	if status, _ := s.call("GET", path, ""); status != 405 {
		t.Errorf("GET: %d", status)
	}
}

// TestHistoryBothWays: HTTP and WebSocket page through the same messages, from
// the newest back to the first, whether they are in memory or not.
func TestHistoryBothWays(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, nil)
	const total = 250
	a := s.enter("1")
	a.say(`"to":"2"`, 1, total)
	for range 2 {
		b := s.dial("uid=2", "gannet.v1")
		b.expect(object{"type": "system"})
		for _, limit := range []int{20, 37, 100} {
			var all []any
			for before, more := 0, true; more; {
				cut, path := "", fmt.Sprintf("%s?uid=2&to=1&limit=%d", history, limit)
				if before > 0 {
					cut, path = fmt.Sprintf(`,"before":%d`, before), fmt.Sprintf("%s&before=%d", path, before)
				}
				page := b.ask(fmt.Sprintf(`{"type":"history","to":"1","limit":%d%s}`, limit, cut), object{"type": "history"})
				same := s.api("GET", path, "")
				delete(page, "type")
				if !reflect.DeepEqual(page, same) {
					t.Fatalf("before %d: WebSocket says\n%v\nHTTP says\n%v", before, page, same)
				}
				messages := page["messages"].([]any)
				all = append(slices.Clone(messages), all...)
				before, more = int(seqs(all)[0]), page["has_more"].(bool)
			}
			if got := seqs(all); !slices.Equal(got, ascending(1, total)) {
				t.Fatalf("limit %d: %v", limit, got)
			}
		}
		s.stop()
		s = serve(t, dir, nil)
	}
	for _, query := range []string{"to=9", "conv_id=single_2:9"} {
		if page := s.api("GET", history+"?uid=2&"+query, ""); len(page["messages"].([]any)) != 0 || page["has_more"] != false {
			t.Errorf("%s: %v", query, page)
		}
	}
	for query, want := range map[string]int{
		"to=1&limit=0": 400, "to=1&limit=101": 400, "to=1&before=x": 400, "": 400, "to=1&group_id=1": 400,
		"conv_id=single_1:3": 404, "conv_id=group_9": 404, "group_id=9": 404, "to=1&to=3": 400,
	} {
		if status, answer := s.call("GET", history+"?uid=2&"+query, ""); status != want {
			t.Errorf("%s: %v, want %d", query, answer, want)
		}
	}
}

func TestAckOverHTTP(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	a := s.enter("1")
	a.say(`"to":"2"`, 1, 3)
	const path = "/api/v1/messages/ack?uid=2"
	page := s.api("GET", history+"?uid=2&to=1", "")
	id := page["messages"].([]any)[1].(object)["id"].(string)
	s.api("POST", path, `{"msg_id":"`+id+`"}`)
	b := s.track("2", "null")
	b.hear(3, 3)
	b.expect(object{"type": "synced"})
	s.api("POST", path, `{"conv_id":"single_1:2","seq":3}`)
	s.enter("2").expectQuiet() // a simple client has nothing to catch up with

	for body, want := range map[string]int{
		`{"conv_id":"single_1:9","seq":1}`: 404,
		`{"ids":["12345"]}`:                404,
		`{"ids":["-1"]}`:                   400,
		`{}`:                               400,
	} {
		if status, answer := s.call("POST", path, body); status != want {
			t.Errorf("%s: %v, want %d", body, answer, want)
		}
	}
}

func TestHealth(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	for _, path := range []string{"/healthz", "/readyz"} {
		s.api("GET", path, "")
		resp, err := browser.Get("http://" + s.admin + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("%s of the operator's listener: %d", path, resp.StatusCode)
		}
	}
	resp, err := browser.Get("http://" + s.http + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 404 {
		t.Errorf("metrics on the public listener: %d", resp.StatusCode)
	}
}
