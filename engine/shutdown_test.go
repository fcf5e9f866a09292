package engine_test

import (
	"fmt"
	"sync"
	"testing"
)

// TestShutdown: everybody is told when to come back, each at a time of its own,
// and closed with 1012; nobody hears twice what it heard before.
func TestShutdown(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, nil)
	const each = 20
	a, b := s.enter("1"), s.enter("2")
	tracked := s.track("3", "{}")
	tracked.expect(object{"type": "synced"})
	for n := 1; n <= each; n++ {
		a.send(fmt.Sprintf(`{"type":"send","cid":"c%d","to":"2","content":%d}`, n, n))
	}
	a.expect(object{"type": "sent"}) // some of the others may come while it stops

	var wg sync.WaitGroup
	var heard [3][]object
	for i, c := range []*client{a, b, tracked} {
		wg.Go(func() { heard[i] = c.expectClose(1012) })
	}
	s.hangUps = nil
	s.stop()
	wg.Wait()

	waits := map[float64]bool{}
	for i, messages := range heard {
		last := messages[len(messages)-1]
		wait, _ := last["retry_after_ms"].(float64)
		if last["type"] != "system" || last["event"] != "shutdown" || wait <= 0 || wait > 10_000 {
			t.Errorf("client %d: the last word is %v", i, last)
		}
		waits[wait] = true
	}
	if len(waits) == 1 {
		t.Errorf("all come back at once: %v", waits)
	}
	answered, delivered := 1+count(heard[0], "sent"), count(heard[1], "chat")
	if delivered != answered {
		t.Errorf("%d answered, %d delivered", answered, delivered)
	}

	s = serve(t, dir, nil)
	s.enter("2").expectQuiet()
	back := s.enter("1")
	for n := 1; n <= each; n++ {
		back.ask(fmt.Sprintf(`{"type":"send","cid":"c%d","to":"2","content":%d}`, n, n), object{"type": "sent", "seq": float64(n)})
	}
}

func count(messages []object, kind string) (n int) {
	for _, m := range messages {
		if m["type"] == kind {
			n++
		}
	}
	return n
}

// TestShutdownKeepsCursors: what a simple client was sent before an orderly stop
// isn't sent again after it, with nothing but the stop to end its connection.
func TestShutdownKeepsCursors(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, nil)
	a, b := s.enter("1"), s.enter("2")
	b.enterGroup(`{"type":"group","group_id":"g","content":0}`, "created", 1)
	a.say(`"to":"2"`, 1, 3)
	b.hear(1, 3)
	a.enterGroup(`{"type":"group","group_id":"g","content":0}`, "joined", 3)
	b.expect(object{"type": "group", "event": "joined", "seq": 3.0})
	b.expect(object{"type": "chat", "group_id": "g", "seq": 4.0})
	var wg sync.WaitGroup
	for _, c := range []*client{a, b} {
		wg.Go(func() { c.expectClose(1012) })
	}
	s.hangUps = nil
	s.stop()
	wg.Wait()

	s = serve(t, dir, nil)
	s.enter("1").say(`"to":"2"`, 4, 4)
	b = s.dial("uid=2")
	b.expect(object{"type": "system"})
	b.hear(4, 4)
	b.expectQuiet()
}
