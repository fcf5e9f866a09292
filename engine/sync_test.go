package engine_test

import (
	"fmt"
	"testing"

	"gannet/engine"
)

// synced is the end of a sync's answer that told of one conversation.
func synced(cid, conv string, seq int, more bool) object {
	return object{"type": "synced", "cid": cid, "convs": object{conv: object{"seq": float64(seq), "has_more": more}}}
}

// gone is what a sync says of a conversation that isn't the user's, or isn't at all.
var gone = object{"seq": 0.0, "has_more": false, "gone": true}

// TestSync: a tracked client gets nothing until it asks, then what lies behind
// its cursors, page by page, and then what comes.
func TestSync(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	a := s.enter("1")
	a.say(`"to":"2"`, 1, 5)
	b := s.dial("uid=2", "gannet.v1")
	if b.ws.Subprotocol() != "gannet.v1" {
		t.Fatalf("subprotocol %q", b.ws.Subprotocol())
	}
	b.expect(object{"type": "system"})
	b.expectQuiet()

	b.send(`{"type":"sync","cid":"s","limit":3,"cursors":{"single_1:2":0}}`)
	b.hear(1, 3)
	b.expect(synced("s", "single_1:2", 3, true))
	a.say(`"to":"2"`, 6, 7) // behind what is still to be fetched
	b.expectQuiet()
	b.send(`{"type":"sync","cid":"t","limit":3,"cursors":{"single_1:2":3}}`)
	b.hear(4, 6)
	b.expect(synced("t", "single_1:2", 6, true))
	b.send(`{"type":"sync","cid":"u","limit":3,"cursors":{"single_1:2":6}}`)
	b.hear(7, 7)
	b.expect(synced("u", "single_1:2", 7, false))
	a.say(`"to":"2"`, 8, 9)
	b.hear(8, 9)

	b.send(`{"type":"sync","cid":"v","cursors":{"single_1:2":8,"single_1:nobody":0,"group_9":0,"single_8:9":0}}`)
	b.hear(9, 9)
	b.expect(object{"type": "synced", "cid": "v", "convs": object{
		"single_1:2":      object{"seq": 9.0, "has_more": false},
		"single_1:nobody": gone, "group_9": gone, "single_8:9": gone,
	}})
	b.send(`{"type":"sync","cid":"w","cursors":{"single_1:2":900}}`) // more than there is
	b.expect(synced("w", "single_1:2", 9, false))
}

// TestSyncOfOwn: who syncs is told of what its user sent too.
func TestSyncOfOwn(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	a := s.enter("1")
	a.say(`"to":"2"`, 1, 2)
	other := s.track("1", `{"single_1:2":0,"single_1:nobody":1}`)
	other.hear(1, 2)
	other.expect(object{"type": "synced"})
}

// TestSyncElsewhere: a conversation of which a sync left a part out is pushed
// again once a later sync says that nothing is left, be it that another device
// acknowledged the rest.
func TestSyncElsewhere(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	a := s.enter("1")
	a.say(`"to":"2"`, 1, 3)
	phone, desk := s.dial("uid=2&device=phone", "gannet.v1"), s.dial("uid=2&device=desk", "gannet.v1")
	for _, c := range []*client{phone, desk} {
		c.expect(object{"type": "system"})
		c.send(`{"type":"sync","cid":"s","limit":1}`)
		c.hear(1, 1)
		c.expect(synced("s", "single_1:2", 1, true))
	}
	desk.send(`{"type":"ack","conv_id":"single_1:2","seq":3}`)
	desk.ask(`{"type":"sync","cid":"t"}`, object{"type": "synced", "cid": "t", "convs": object{}})
	phone.ask(`{"type":"sync","cid":"t"}`, object{"type": "synced", "cid": "t", "convs": object{}})
	a.say(`"to":"2"`, 4, 4)
	desk.hear(4, 4)
	phone.hear(4, 4)
}

// TestSyncWhileTalking: between a sync and the pushes is no gap and no repeat.
func TestSyncWhileTalking(t *testing.T) {
	s := serve(t, t.TempDir(), nil)
	a := s.enter("1")
	const rounds, each = 10, 20
	has := 0
	for r := range rounds {
		for n := has + 1; n <= has+each; n++ {
			a.send(fmt.Sprintf(`{"type":"send","to":"2","content":%d}`, n))
		}
		b := s.track("2", fmt.Sprintf(`{"single_1:2":%d}`, has))
		for n, end := has+1, has+each; n <= end; {
			m := b.next()
			switch {
			case m["type"] == "synced":
			case m["type"] != "chat" || m["seq"] != float64(n):
				t.Fatalf("round %d: %v instead of seq %d", r, m, n)
			default:
				n++
			}
		}
		has += each
		b.leave()
		for n := has - each + 1; n <= has; n++ {
			a.expect(object{"type": "sent", "seq": float64(n)})
		}
	}
}

// TestAck: what is acknowledged by seq or by id isn't synced again.
func TestAck(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, nil)
	a := s.enter("1")
	a.say(`"to":"2"`, 1, 4)
	b := s.dial("uid=2", "gannet.v1")
	b.expect(object{"type": "system"})
	sync := func(from, until int) (last object) {
		t.Helper()
		b.send(`{"type":"sync","cid":"s"}`)
		for n := from; n <= until; n++ {
			last = b.expect(object{"type": "chat", "seq": float64(n)})
		}
		b.expect(object{"type": "synced", "cid": "s"})
		return last
	}
	sync(1, 4)
	b.send(`{"type":"ack","conv_id":"single_1:2","seq":2}`)
	last := sync(3, 4)
	b.send(`{"type":"ack","conv_id":"single_1:2","seq":1}`) // goes nowhere
	sync(3, 4)
	b.send(`{"type":"ack","ids":["` + last["id"].(string) + `"]}`)
	for again := true; again; { // ids are looked up beside, so a sync may come first
		b.send(`{"type":"sync","cid":"s"}`)
		m := b.next()
		for again = m["type"] == "chat"; m["type"] == "chat"; {
			m = b.next()
		}
	}
	b.ask(`{"type":"ack","conv_id":"single_1:2","seq":0}`, object{"type": "error", "reason": "bad_request"})
	b.send(`{"type":"ack","conv_id":"single_1:2","seq":99}`) // past the end
	b.send(`{"type":"ack","conv_id":"single_8:9","seq":1}`)  // nobody's business
	b.expectQuiet()
	s.stop()

	s = serve(t, dir, nil)
	s.enter("1").say(`"to":"2"`, 5, 5)
	b = s.track("2", "{}")
	b.hear(5, 5)
	b.expect(synced("first", "single_1:2", 5, false))
}

// TestRedelivery: what a tracked client doesn't acknowledge is pushed again, a
// few times; what it does isn't.
func TestRedelivery(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) {
		c.Delivery.RetryAfter, c.Delivery.RetryCheck = 50*shortest, shortest // both messages come within it on a busy machine, too
		c.Delivery.Retries = 2
	})
	a := s.enter("1")
	b := s.track("2", "{}")
	b.expect(object{"type": "synced"})
	a.say(`"to":"2"`, 1, 2)
	b.hear(1, 2)
	b.hear(1, 2)
	b.hear(1, 2)
	// The third look only gives up, and what comes later stands for itself.
	a.say(`"to":"2"`, 3, 3)
	for m := b.next(); m["seq"] != 3.0; m = b.next() {
		t.Logf("again: %v", m)
	}
	b.send(`{"type":"ack","conv_id":"single_1:2","seq":3}`)
	a.say(`"to":"2"`, 4, 4)
	for again := 0; again < 2; {
		switch m := b.next(); m["seq"] {
		case 3.0: // was on its way
		case 4.0:
			again++
		default:
			t.Fatalf("pushed again although acknowledged: %v", m)
		}
	}
}
