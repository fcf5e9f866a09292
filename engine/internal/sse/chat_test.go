package sse

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

// Two streams of a user and one of another in a group get everything in order,
// and an id says no more than what came before it.
func TestOrder(t *testing.T) {
	s := newRules(t)
	if _, err := s.CreateGroup(t.Context(), "a", chat.NewGroup{ID: "g", Name: "g", Members: []string{"b"}}); err != nil {
		t.Fatal(err)
	}
	clients := []*client{s.stream("b", "1", ""), s.stream("b", "2", ""), s.stream("a", "1", "")}
	var caughtUp uint64
	for _, c := range clients {
		b := c.next()
		for b.lines > 0 { // the group's beginning
			b = c.next()
		}
		caughtUp, _ = strconv.ParseUint(b.id, 10, 64)
	}
	const n = 100
	var last chat.Sent
	for i := range n {
		if i%2 == 0 {
			last = s.send("c", wire.Request{To: "b", Content: fmt.Append(nil, i)})
			last = s.send("c", wire.Request{To: "a", Content: fmt.Append(nil, i)})
		} else {
			last = s.send("a", wire.Request{GroupID: "g", Content: fmt.Append(nil, i)})
		}
	}
	for k, c := range clients {
		before := caughtUp
		for i := range n {
			b := c.next()
			m := messageOf(t, b)
			id, err := strconv.ParseUint(b.id, 10, 64)
			if string(m.Content) != fmt.Sprint(i) || err != nil || m.ID <= before || id < m.ID || id > last.ID {
				t.Fatalf("stream %d: message %d is %v after %d", k, i, b, before)
			}
			before = m.ID
		}
	}
}

// White space in JSON may have line ends, and an event's lines must not.
func TestContentOfManyLines(t *testing.T) {
	s := newRules(t)
	c := s.stream("b", "1", "")
	c.next()
	content := "{\"a\":\n[1,\r\n\r2],\r\"b\" : \"x\\n\\r\"}"
	s.send("a", wire.Request{To: "b", Content: []byte(content)})
	var got, want any
	if err := json.Unmarshal(messageOf(t, c.next()).Content, &got); err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal([]byte(content), &want)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A newer stream of a device takes the place of the older.
func TestReplaced(t *testing.T) {
	s := newRules(t)
	old := s.stream("b", "1", "")
	old.next()
	s.stream("b", "1", "").next()
	if rest := old.rest(); len(rest) != 1 || !closedWith(rest[0], "4002") {
		t.Errorf("ended with %v", rest)
	}
}

// Who comes without an id gets the backlog, who comes with one all that is above.
func TestBacklogAndResume(t *testing.T) {
	s := newRules(t)
	var sent []chat.Sent
	for i := range 50 {
		sent = append(sent, s.send("a", wire.Request{To: "b", Content: fmt.Append(nil, i)}))
	}
	until := func(c *client) (n int, id string) {
		for b := c.next(); ; b = c.next() {
			if b.lines == 0 {
				return n, b.id
			}
			n++
		}
	}
	last := strconv.FormatUint(sent[49].ID, 10)
	for _, c := range []struct {
		lastID string
		want   int
	}{
		{"", 20}, {"0", 50}, {last, 0},
		{strconv.FormatUint(sent[9].ID, 10), 40}, {strconv.FormatUint(sent[9].ID-1, 10), 41},
	} {
		if n, id := until(s.stream("b", "d"+c.lastID, c.lastID)); n != c.want || id != last {
			t.Errorf("from %q: %d messages up to %s, want %d up to %s", c.lastID, n, id, c.want, last)
		}
	}
}

// reader is a client that is cut again and again and comes back with the last id
// that it saw.
type reader struct {
	s      *rules
	lastID uint64
	seen   map[uint64]bool
	last   map[string]uint64 // by conversation: the last seq
	end    uint64            // id of the last message of all
	twice  int               // messages that came again
}

// session reads some events, counted from the first id on if it is to catch up,
// and reports whether there is nothing left to come.
func (r *reader) session(t *testing.T, events int, catchUp bool) bool {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", r.s.url+"/?user=b&device=1", nil)
	req.Header.Set("Last-Event-ID", strconv.FormatUint(r.lastID, 10))
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	c := newClient(t, resp.Body)
	c.greeted()
	for n := 0; n < events; {
		b := c.next()
		if b.event == "close" {
			return false // too much came in meanwhile
		}
		if catchUp = catchUp && b.id == ""; !catchUp {
			n++
		}
		if b.lines > 0 {
			r.take(t, messageOf(t, b))
		}
		if b.id != "" {
			r.lastID, _ = strconv.ParseUint(b.id, 10, 64)
		}
		if r.end != 0 && r.lastID >= r.end {
			return true
		}
	}
	return false
}

func (r *reader) take(t *testing.T, m message) {
	if m.ID <= r.lastID {
		t.Errorf("message %d came after the id %d", m.ID, r.lastID)
	}
	if r.seen[m.ID] {
		r.twice++
		return
	}
	if m.Seq != r.last[m.ConvID]+1 {
		t.Errorf("%s: %d came after %d", m.ConvID, m.Seq, r.last[m.ConvID])
	}
	r.seen[m.ID], r.last[m.ConvID] = true, m.Seq
	if string(m.Content) == `"end"` {
		r.end = m.ID
	}
}

// A client that is cut anywhere, also while it catches up and while others write,
// loses nothing.
func TestResumeAfterCuts(t *testing.T) {
	s := newRules(t)
	const senders, cuts = 4, 30
	var writing sync.WaitGroup
	var sent atomic.Int64
	stop := make(chan struct{})
	for k := range senders {
		writing.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				r := wire.Request{Verb: wire.VerbSend, To: "b", Content: fmt.Append(nil, i)}
				if _, err := s.Send(t.Context(), fmt.Sprint("from", k), &r); err != nil {
					t.Error(err)
					return
				}
				sent.Add(1)
			}
		})
	}
	r := &reader{s: s, seen: map[uint64]bool{}, last: map[string]uint64{}}
	for cut := range cuts {
		r.session(t, 1+rand.IntN(50), cut%3 > 0)
	}
	close(stop)
	writing.Wait()
	s.send("last", wire.Request{To: "b", Content: []byte(`"end"`)})
	for !r.session(t, 1+rand.IntN(50), true) {
	}
	if n := int64(len(r.seen)); n != sent.Load()+1 {
		t.Errorf("%d messages of %d", n, sent.Load()+1)
	}
	t.Logf("of %d messages %d came twice", len(r.seen), r.twice)
}
