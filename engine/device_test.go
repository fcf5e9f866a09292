package engine_test

import (
	"testing"

	"gannet/engine"
)

// TestDevicesSideBySide: every device gets what is sent to its user, and what
// its user sent from another one.
func TestDevicesSideBySide(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	phone, desk := s.enterFrom("2", "phone"), s.enterFrom("2", "desk")
	phone.expect(object{"type": "chat", "from": "2", "to": "nobody"}) // what the desk entered with

	a := s.enter("1")
	a.ask(`{"type":"send","to":"2","content":"to both"}`, object{"type": "sent", "seq": 1.0})
	phone.expect(object{"type": "chat", "from": "1", "content": "to both", "seq": 1.0})
	desk.expect(object{"type": "chat", "from": "1", "content": "to both", "seq": 1.0})

	phone.ask(`{"type":"send","to":"1","content":"from one"}`, object{"type": "sent", "seq": 2.0})
	desk.expect(object{"type": "chat", "from": "2", "to": "1", "content": "from one", "seq": 2.0})
	a.expect(object{"type": "chat", "from": "2", "content": "from one", "seq": 2.0})

	desk.enterGroup(`{"type":"send","group_id":"g","content":"to myself"}`, "created", 1)
	phone.expect(object{"type": "group", "event": "created", "group_id": "g", "by": "2", "seq": 1.0})
	phone.expect(object{"type": "chat", "group_id": "g", "from": "2", "seq": 2.0})
	phone.expectQuiet()
	desk.expectQuiet()
}

// TestDeviceReplaced: a newer connection of the same device takes the place of
// the older one, and only of that.
func TestDeviceReplaced(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	other := s.enterFrom("2", "desk")
	older := s.enterFrom("2", "phone")
	other.expect(object{"type": "chat", "to": "nobody"})

	newer := s.dial("uid=2&device=phone")
	newer.expect(object{"type": "system", "device": "phone"})
	if before := older.expectClose(4002); len(before) != 0 {
		t.Errorf("the replaced connection heard %v", before)
	}
	a := s.enter("1")
	a.ask(`{"type":"send","to":"2","content":"hi"}`, object{"type": "sent", "seq": 1.0})
	newer.expect(object{"type": "chat", "content": "hi", "seq": 1.0})
	other.expect(object{"type": "chat", "content": "hi", "seq": 1.0})

	stranger := s.dial("uid=3&device=phone")
	stranger.expect(object{"type": "system", "user_id": "3"})
	stranger.expectQuiet()
	newer.expectQuiet()
}

// TestTooManyConnections: a user's connections are bounded; those of one device
// take each other's place.
func TestTooManyConnections(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) { c.Limits.ConnectionsPerUser = 2 })
	first := s.enterFrom("alice", "one")
	second := s.enterFrom("alice", "two")
	third := s.dial("uid=alice&device=three")
	third.expectClose(1013)
	again := s.enterFrom("alice", "two")
	second.expectClose(4002)
	s.enter("bob").ask(`{"type":"send","to":"alice","content":"hi"}`, object{"type": "sent"})
	for range 2 { // what the others of alice's entered with
		first.expect(object{"type": "chat", "to": "nobody"})
	}
	first.expect(object{"type": "chat", "content": "hi"})
	again.expect(object{"type": "chat", "content": "hi"})
}
