package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gannet/engine"
)

// TestSilence: who says nothing is closed, who sends a ping frame or a message isn't.
func TestSilence(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) {
		c.Heartbeat.Idle, c.Heartbeat.Check = 500*time.Millisecond, 20*time.Millisecond
	})
	silent := s.dial("uid=1")
	silent.expect(object{"type": "system"})
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		silent.expectClose(4009)
	}()
	talker := s.upgraded("2")
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		select {
		case <-closed:
			talker.write(masked(fin|opClose, "\x03\xe8"))
			talker.expectClose(1000)
			return
		case <-tick.C:
			talker.write(masked(fin|opPing, "here"))
			if op, payload := talker.next(); op != opPong || string(payload) != "here" {
				t.Fatalf("%d %q instead of a pong", op, payload)
			}
		}
	}
}

// TestSlowConsumer: who doesn't read is cut off (4008) and holds up nobody.
func TestSlowConsumer(t *testing.T) {
	s := serve(t, t.TempDir(), func(c *engine.Config) {
		c.Reactors, c.Limits.OutboundBytes = 1, 128<<10
	})
	a, b := s.enter("1"), s.enter("2")
	slow := s.upgraded("3")
	const here = `{"type":"group","group_id":"g","content":"here"}`
	slow.write(masked(fin|opText, toNobody))
	slow.next()
	slow.write(masked(fin|opText, here))
	for range 2 { // the answer, and that the group was created
		slow.next()
	}
	a.enterGroup(here, "joined", 3)
	b.enterGroup(here, "joined", 5)
	a.expect(object{"type": "group", "event": "joined", "seq": 5.0})
	a.expect(object{"type": "chat", "seq": 6.0})

	message := fmt.Sprintf(`{"type":"send","group_id":"g","content":%q}`, strings.Repeat("x", 60<<10))
	sent := 6
	for !strings.Contains(s.scrape(), "\nchat_slow_consumers_total 1\n") {
		if sent > 2000 {
			t.Fatal("nobody was too slow")
		}
		for range 10 {
			sent++
			a.ask(message, object{"type": "sent", "seq": float64(sent)})
			b.expect(object{"type": "chat", "seq": float64(sent)})
		}
	}
	slow.expectClose(4008)
	back := s.dial("uid=3", "gannet.v1")
	back.expect(object{"type": "system"})
	back.send(fmt.Sprintf(`{"type":"sync","cursors":{"group_g":%d,"single_3:nobody":1}}`, sent-1))
	back.expect(object{"type": "chat", "seq": float64(sent)})
}
