package chat

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

func TestSend(t *testing.T) {
	s := open(t, nil)
	a, b, desk := s.simple("1"), s.track("2"), s.connect(1, "1", "desk", false)
	b.ask(`{"type":"sync","cid":"y"}`, object{"type": "synced", "cid": "y"})
	a.say(`{"type":"send","cid":"c1","to":"2","content":{"a":[1]},"content_type":"image"}`, `{"type":"send","cid":"c2","conv_id":"single_1:2","content":"hi"}`)
	a.expect(object{"type": "sent", "cid": "c1", "seq": 1, "conv_id": "single_1:2"})
	sent := a.expect(object{"type": "sent", "cid": "c2", "seq": 2})
	for _, c := range []*conn{b, desk} {
		c.expect(object{"type": "chat", "seq": 1, "from": "1", "to": "2", "content_type": "image", "content": map[string]any{"a": []any{1}}})
		c.expect(object{"type": "chat", "seq": 2, "content": "hi", "id": sent["id"], "time": sent["time"], "content_type": nil})
	}
	a.ask(`{"type":"send","cid":"c2","to":"2","content":"hi"}`, object{"type": "sent", "cid": "c2", "seq": 2, "id": sent["id"]})
	a.ask(`{"type":"send","cid":"c2","to":"2","content":"else"}`, object{"type": "error", "cid": "c2", "code": 409, "reason": "conflict"})
	for _, c := range []*conn{a, b, desk} {
		c.quiet()
	}
}

func TestSendRefused(t *testing.T) {
	s := open(t, nil)
	s.group("g", "2", "3")
	a := s.simple("1")
	for _, tc := range []struct{ message, reason string }{
		{`{"type":"send","to":"1","content":1}`, "bad_request"},
		{`{"type":"send","to":"2","content":1,"from":"3"}`, "forbidden"},
		{`{"type":"send","conv_id":"single_2:3","content":1}`, "not_found"},
		{`{"type":"send","conv_id":"service_7","content":1}`, "not_found"},
		{`{"type":"send","group_id":"g","content":1}`, "not_member"},
		{`{"type":"send","group_id":"none","content":1}`, "not_member"},
		{`{"type":"typo"}`, "unknown_type"},
		{`{`, "bad_json"},
	} {
		got := a.ask(tc.message, object{"type": "error", "reason": tc.reason})
		if tc.reason == "not_member" && got["code"] != 403.0 {
			t.Errorf("%v", got)
		}
	}
	s.settle()
	if rec, ok, _ := s.db.Conversation("single_2:3"); ok {
		t.Errorf("made %v", rec)
	}
}

// Sends that are refused don't get in the way of those in the same turn.
func TestSendAmongRefused(t *testing.T) {
	s := open(t, nil)
	a := s.simple("1")
	a.say(`{"type":"send","cid":"a","to":"2","content":1}`, `{"type":"send","cid":"b","to":"1","content":1}`, `{"type":"send","cid":"c","to":"2","content":3}`)
	a.expect(object{"type": "error", "cid": "b"})
	a.expect(object{"type": "sent", "cid": "a", "seq": 1})
	a.expect(object{"type": "sent", "cid": "c", "seq": 2})
}

// A turn with more sends than a piece holds goes in several, in order.
func TestSendLongTurn(t *testing.T) {
	s := open(t, nil)
	a := s.simple("1")
	var turn []string
	for i := range 2*turnSends + 7 {
		turn = append(turn, fmt.Sprintf(`{"type":"send","cid":"%d","to":"2","content":%d}`, i, i))
	}
	a.say(turn...)
	for i := range turn {
		a.expect(object{"type": "sent", "cid": fmt.Sprint(i), "seq": i + 1})
	}
}

// Over HTTP: the same rules, and a caller that has no more time is told to ask
// again.
func TestSendHTTP(t *testing.T) {
	s := open(t, nil)
	b := s.simple("2")
	b.on(func() {})
	r := wire.Request{To: "2", CID: "k", Content: []byte("1")}
	first := s.write("1", r)
	b.expect(object{"type": "chat", "seq": 1, "content": 1})
	if again := s.write("1", r); again != first || first.Seq != 1 || first.ConvID != "single_1:2" || first.Time == 0 {
		t.Errorf("%+v, %+v", first, again)
	}
	r.Content = []byte("2")
	var refused *wire.Error
	if _, err := s.Send(context.Background(), "1", &r); !errors.As(err, &refused) || refused.Reason != wire.ReasonConflict {
		t.Error(err)
	}
	release := s.stall()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r.CID = "late"
	if _, err := s.Send(ctx, "1", &r); !errors.As(err, &refused) || refused.Reason != wire.ReasonBusy {
		t.Error(err)
	}
	release()
	if got := s.write("1", r); got.Seq != 2 { // it was stored
		t.Errorf("%+v", got)
	}
}

func TestPingAndAuth(t *testing.T) {
	s := open(t, nil)
	a := s.simple("1")
	a.ask(`{"type":"ping","cid":"p"}`, object{"type": "pong", "cid": "p"})
	a.ask(`PING`, object{"type": "PONG"})
	a.ask(`{"type":"auth","cid":"c","token":"tok"}`, object{"type": "ok", "cid": "c1tok"})
}

// Every send of a turn that is refused is answered.
func TestSendBusy(t *testing.T) {
	s := open(t, func(_ *Config, c *sequencer.Config) { c.Congested = func() bool { return true } })
	a := s.simple("1")
	a.say(`{"type":"send","cid":"a","to":"2","content":1}`, `{"type":"send","cid":"b","to":"2","content":1}`)
	for _, cid := range []string{"a", "b"} {
		got := a.expect(object{"type": "error", "cid": cid, "reason": "busy", "code": 503})
		if got["retry_after_ms"].(float64) <= 0 {
			t.Error(got)
		}
	}
	if s.Stats().BusySends != 1 {
		t.Errorf("%+v", s.Stats())
	}
}
