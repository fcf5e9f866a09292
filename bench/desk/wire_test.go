package desk

import (
	"encoding/json"
	"errors"
	"testing"
)

// TestFrame: of what the server sends, what matters is read.
func TestFrame(t *testing.T) {
	for text, want := range map[string]frame{
		`{"type":"chat","id":"12","conv_id":"service_a","seq":3,"from":"ann","content":"hi","time":5}`: {
			Type: "chat", ID: 12, ConvID: "service_a", Seq: 3, From: "ann", Text: "hi", Time: 5,
		},
		`{"type":"session","event":"assigned","agent_id":"ann","session_id":"a","id":"13","conv_id":"service_a","seq":4}`: {
			Type: "session", Event: "assigned", AgentID: "ann", SessionID: "a", ID: 13, ConvID: "service_a", Seq: 4,
		},
		`{"type":"error","cid":"r1","reason":"busy","msg":"later"}`:    {Type: "error", CID: "r1", Reason: "busy", Msg: "later"},
		`{"type":"chat","seq":1,"content":{"img":"cat.png"}}`:          {Type: "chat", Seq: 1},
		`{"type":"synced","cid":"r2","convs":{"service_a":{"seq":1}}}`: {Type: "synced", CID: "r2"},
	} {
		var f frame
		if err := json.Unmarshal([]byte(text), &f); err != nil || f != want {
			t.Errorf("%s: %+v, %v", text, f, err)
		}
	}
}

// TestSettle: an answer of the HTTP API is data or a refusal.
func TestSettle(t *testing.T) {
	var s session
	if err := settle(200, []byte(`{"code":200,"data":{"session_id":"a","state":"queued","position":2}}`), &s); err != nil || s.SessionID != "a" || s.Position != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	err := settle(409, []byte(`{"code":409,"reason":"session_closed","msg":"it is over","data":null}`), &s)
	if !refusedFor(err, "busy", "session_closed") || refusedFor(err, "busy") || refusedFor(errors.New("other"), "busy") {
		t.Errorf("a refusal: %v", err)
	}
	for _, text := range []string{`{`, `{"data":[]}`} {
		if err := settle(200, []byte(text), &s); !refusedFor(err, "garbled") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestShownEntry: entries of a transcript.
func TestShownEntry(t *testing.T) {
	for text, want := range map[string]entry{
		`{"type":"chat","id":"7","seq":2,"from":"vera","content":"help","time":9}`: {ID: 7, Seq: 2, From: "vera", Text: "help", Time: 9},
		`{"type":"session","event":"closed","reason":"agent","id":"8","seq":3,"from":"ann","time":9}`: {
			ID: 8, Seq: 3, From: "ann", Event: "closed", Reason: "agent", Time: 9,
		},
	} {
		var s shownEntry
		if err := json.Unmarshal([]byte(text), &s); err != nil || s.entry() != want {
			t.Errorf("%s: %+v, %v", text, s.entry(), err)
		}
	}
}

// TestSessionOver: what a visitor makes of a session's state.
func TestSessionOver(t *testing.T) {
	for _, c := range []struct {
		s         session
		told      string
		ownerless bool
	}{
		{session{State: "queued", Position: 1}, "", false},
		{session{State: "queued"}, "", true},
		{session{State: "assigned", AgentID: "ann"}, "", false},
		{session{State: "active"}, "", true},
		{session{State: "offline"}, "offline", false},
		{session{State: "closed", Reason: "silent"}, "closed silent", false},
	} {
		told, over := c.s.over()
		if told != c.told || over != (c.told != "") || (c.s.ownerless() != "") != c.ownerless {
			t.Errorf("%+v: %q, %t, %q", c.s, told, over, c.s.ownerless())
		}
	}
}
