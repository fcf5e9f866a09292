package engine_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestLargePages: a page of large messages is cut to what a client that reads
// can take, and one that asks for more than it reads is told so.
func TestLargePages(t *testing.T) {
	const stored, size = 40, 60 << 10
	s := serve(t, t.TempDir(), nil)
	a := s.enter("alice")
	text := strings.Repeat("x", size)
	for i := range stored {
		a.ask(fmt.Sprintf(`{"type":"send","cid":"c%d","to":"carol","content":%q}`, i, text), object{"type": "sent", "cid": fmt.Sprint("c", i)})
	}
	before, got := stored+1, 0
	for more := true; more; {
		page := a.ask(fmt.Sprintf(`{"type":"history","to":"carol","limit":100,"before":%d}`, before), object{"type": "history"})
		messages := page["messages"].([]any)
		if n := len(messages); n == 0 || n*size > 512<<10 {
			t.Fatalf("a page of %d messages of %d bytes", n, size)
		}
		for i, seq := range seqs(messages) {
			if want := float64(before - len(messages) + i); seq != want {
				t.Fatalf("seq %v at place %d of the page before %d, want %v", seq, i, before, want)
			}
		}
		got += len(messages)
		before -= len(messages)
		more = page["has_more"].(bool)
	}
	if got != stored {
		t.Errorf("%d messages on all pages, want %d", got, stored)
	}

	greedy := s.upgraded("alice")
	ask := masked(0x81, `{"type":"history","to":"carol","limit":100}`)
	greedy.write([]byte(strings.Repeat(string(ask), 200)))
	pages, refused := 0, 0
	for range 200 {
		_, answer := greedy.next()
		switch {
		case strings.Contains(string(answer[:min(len(answer), 100)]), `"busy"`):
			refused++
		default:
			pages++
		}
	}
	if pages == 0 || refused == 0 {
		t.Errorf("%d pages and %d refusals of 200 requests at once, want some of both", pages, refused)
	}
}

// TestLateLogin: a connection that was closed while its login was checked
// doesn't come back as a ghost that takes the place of the user's own.
func TestLateLogin(t *testing.T) {
	s := serveLogins(t)
	good := token(t, "alice", hour)
	real := s.dial("token=" + good + "&device=phone")
	real.expect(object{"type": "system"})
	for range 20 {
		ghost := s.connect(upgrade("/ws?device=phone"))
		ghost.response()
		ghost.write(append(masked(0x81, `{"type":"auth","token":"`+good+`"}`), masked(0x81, `{"type":"sync"}`)...))
		ghost.expectClose(4001)
	}
	bob := s.dial("token=" + token(t, "bob", hour))
	bob.expect(object{"type": "system"})
	bob.ask(`{"type":"send","cid":"c","to":"alice","content":"hi"}`, object{"type": "sent"})
	real.expect(object{"type": "chat", "content": "hi"})
}
