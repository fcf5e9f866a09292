package chat

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// judge stands in for the operator's service. By default it lets everything through.
type judge struct {
	mu    sync.Mutex
	asked []string // the questions
	say   func(q *wire.Question) wire.Verdict
	takes func() time.Duration
}

func (j *judge) ask(ctx context.Context, q *wire.Question) (wire.Verdict, error) {
	j.mu.Lock()
	j.asked = append(j.asked, string(wire.AppendQuestion(nil, q)))
	say, takes := j.say, time.Duration(0)
	if j.takes != nil {
		takes = j.takes()
	}
	j.mu.Unlock()
	if takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return wire.Verdict{}, ctx.Err()
		}
	}
	if say == nil {
		return wire.Verdict{}, nil
	}
	return say(q), nil
}

// says makes another judgement from now on.
func (j *judge) says(v wire.Verdict) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.say = func(*wire.Question) wire.Verdict { return v }
}

func (j *judge) questions() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	asked := j.asked
	j.asked = nil
	return asked
}

// judged is a site with a hook.
func judged(t *testing.T) (*site, *judge) {
	t.Helper()
	j := new(judge)
	return open(t, func(c *Config, _ *sequencer.Config) {
		c.Hook = &Hook{Ask: j.ask, Kinds: [4]bool{wire.Single: true, wire.Group: true}, Requests: 3}
	}), j
}

var no = wire.Verdict{Refusal: wire.NewError(wire.ReasonDenied, "no")}

// rich changes what is said, and of what kind it is.
func rich(content string) wire.Verdict {
	kind := "rich"
	return wire.Verdict{Content: []byte(content), ContentType: &kind}
}

func TestHookIsAsked(t *testing.T) {
	s, j := judged(t)
	s.group("g", "a", "b")
	a := s.simple("a")
	s.forget(a)
	first := a.ask(`{"type":"send","cid":"1","to":"b","content":{"x": 1},"content_type":"rich","mentions":["b"],"ttl_s":60}`, object{"type": "sent", "seq": 1})
	a.ask(fmt.Sprintf(`{"type":"send","cid":"2","to":"b","content":2,"reply_to":"%s"}`, first["id"]), object{"type": "sent"})
	a.ask(`{"type":"send","group_id":"g","content":3}`, object{"type": "sent"})
	s.write("a", wire.Request{To: "b", CID: "4"})
	a.expect(object{"type": "chat", "seq": 3})
	a.ask(fmt.Sprintf(`{"type":"edit","cid":"5","id":"%s","content":5}`, first["id"]), object{"type": "edit"})
	a.expect(object{"type": "ok", "cid": "5"})
	asked := j.questions()
	for i, want := range []string{
		`{"type":"send","from":"a","kind":"single","conv_id":"single_a:b","to":"b","cid":"1","content":{"x": 1},"content_type":"rich","ttl_s":60,"mentions":["b"],"time":`,
		fmt.Sprintf(`{"type":"send","from":"a","kind":"single","conv_id":"single_a:b","to":"b","cid":"2","content":2,"reply_to":"%s","time":`, first["id"]),
		`{"type":"send","from":"a","kind":"group","conv_id":"group_g","group_id":"g","content":3,"time":`,
		`{"type":"send","from":"a","kind":"single","conv_id":"single_a:b","to":"b","cid":"4","content":"x","time":`,
		fmt.Sprintf(`{"type":"edit","from":"a","kind":"single","conv_id":"single_a:b","to":"b","id":"%s","cid":"5","content":5,"time":`, first["id"]),
	} {
		if i >= len(asked) || !strings.HasPrefix(asked[i], want) {
			t.Errorf("%d: asked %v, want %s", i, asked, want)
		}
	}
}

// Batches of backends, and messages that don't exist, are nobody's question.
func TestHookIsNotAsked(t *testing.T) {
	s, j := judged(t)
	s.bulk("a", "b", 3)
	sent := s.write("a", wire.Request{To: "b"})
	j.questions()
	c := s.simple("c")
	c.ask(`{"type":"edit","id":"123","content":5}`, object{"type": "error", "reason": "not_found"})
	c.ask(fmt.Sprintf(`{"type":"edit","id":"%d","content":5}`, sent.ID), object{"type": "error", "reason": "not_found"})
	if asked := j.questions(); len(asked) > 0 {
		t.Errorf("asked %v", asked)
	}
}

func TestHookDenies(t *testing.T) {
	s, j := judged(t)
	a, b := s.simple("a"), s.simple("b")
	sent := a.ask(`{"type":"send","cid":"ok","to":"b","content":1}`, object{"type": "sent"})
	b.expect(object{"type": "chat"})
	j.says(no)
	for range 2 { // a retry is asked about again, and told the same
		a.ask(`{"type":"send","cid":"1","to":"b","content":1}`, object{"type": "error", "cid": "1", "code": 403, "reason": "denied", "msg": "no"})
	}
	a.ask(fmt.Sprintf(`{"type":"edit","cid":"e","id":"%s","content":2}`, sent["id"]), object{"type": "error", "cid": "e", "reason": "denied"})
	_, err := s.Send(t.Context(), "a", &wire.Request{Verb: wire.VerbSend, To: "b", Content: []byte("1")})
	s.refused("send", err, wire.ReasonDenied)
	s.refused("edit", s.Edit(t.Context(), "a", &wire.Request{ID: s.page("a", "single_a:b")[0].id(), Content: []byte("2")}), wire.ReasonDenied)
	s.silent(a, b)
	if n := len(s.page("a", "single_a:b")); n != 1 {
		t.Errorf("%d entries", n)
	}
	// Refused and sent again when it may: stored once.
	j.says(wire.Verdict{})
	a.ask(`{"type":"send","cid":"1","to":"b","content":1}`, object{"type": "sent", "cid": "1", "seq": 2})
	b.expect(object{"type": "chat", "seq": 2})
}

func (o object) id() (id uint64) {
	_, _ = fmt.Sscan(fmt.Sprint(o["id"]), &id)
	return id
}

func TestHookChanges(t *testing.T) {
	s, j := judged(t)
	a, b := s.simple("a"), s.simple("b")
	j.says(rich(`"***"`))
	const bad = `{"type":"send","cid":"1","to":"b","content":"bad"}`
	sent := a.ask(bad, object{"type": "sent", "seq": 1})
	b.expect(object{"type": "chat", "content": "***", "content_type": "rich"})
	// A retry is the same message, however it would be changed by now, or refused.
	for _, v := range []wire.Verdict{rich(`"***"`), rich(`"+++"`), {}, no, {Refusal: errBusy.Pick()}} {
		j.says(v)
		a.ask(bad, object{"type": "sent", "id": sent["id"], "seq": 1})
		got := s.write("a", wire.Request{To: "b", CID: "1", Content: []byte(`"bad"`)})
		if got.Seq != 1 {
			t.Errorf("over HTTP: %+v", got)
		}
	}
	j.says(wire.Verdict{})
	// What was stored, but not sent, is another message.
	a.ask(`{"type":"send","cid":"1","to":"b","content":"***","content_type":"rich"}`, object{"type": "error", "reason": "conflict"})
	j.says(wire.Verdict{Content: []byte(`{"n":1}`)}) // of the kind that it was
	a.ask(fmt.Sprintf(`{"type":"edit","cid":"e","id":"%s","content":"worse","content_type":"plain"}`, sent["id"]), object{"type": "edit"})
	a.expect(object{"type": "ok", "cid": "e"})
	b.expect(object{"type": "edit", "content": map[string]any{"n": 1.0}, "content_type": "plain"})
	s.page("b", "single_a:b")[0].has(t, object{"content": map[string]any{"n": 1.0}, "edited": true})
	s.silent(a, b)
}

// A sender's messages are stored in the order in which they were sent, by connection,
// by connections of other devices one after the other, and by HTTP; those that nobody
// is asked about and edits among them.
func TestHookKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := judged(t)
		random := rand.New(rand.NewPCG(1, 2))
		j.takes = func() time.Duration { return time.Duration(random.IntN(5)) * time.Millisecond }
		s.group("g", "a", "b", "c")
		reader, phone, desk := s.simple("b"), s.simple("a"), s.connect(1, "a", "desk", false)
		s.forget(reader)
		const each = 30
		var wg sync.WaitGroup
		for i := range each {
			n := 4 * i
			phone.say(send(n), send(n+1))
			desk.say(send(n + 2))
			// The order in which requests of several connections come is theirs; a client that
			// wants one waits until the server has the first.
			wg.Go(func() { s.write("a", wire.Request{GroupID: "g", Content: fmt.Append(nil, n+3)}) })
			synctest.Wait()
		}
		wg.Wait()
		for i := range 4 * each {
			reader.expect(object{"type": "chat", "seq": 2 + i, "content": i})
		}
	})
}

func send(n int) string {
	return fmt.Sprintf(`{"type":"send","cid":"c%d","group_id":"g","content":%d}`, n, n)
}

// What needs no question waits for what does, of the same user only.
func TestHookHoldsWhatFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &judge{takes: func() time.Duration { return time.Second }}
		s := open(t, func(c *Config, _ *sequencer.Config) {
			c.Hook = &Hook{Ask: j.ask, Kinds: [4]bool{wire.Single: true}, Requests: 3}
		})
		s.group("g", "a", "b")
		a, b := s.simple("a"), s.simple("b")
		s.forget(a, b)
		a.say(`{"type":"send","cid":"1","to":"b","content":1}`, send(2))
		a.say(send(3))
		b.say(send(4))
		b.expect(object{"type": "sent", "cid": "c4", "seq": 2}) // the first is that the group was made
		if s.Stats().Held != 3 {
			t.Errorf("%d held", s.Stats().Held)
		}
		a.expect(object{"type": "chat", "seq": 2})
		for i, cid := range []string{"1", "c2", "c3"} {
			a.expect(object{"type": "sent", "cid": cid, "seq": []int{1, 3, 4}[i]})
		}
		synctest.Wait()
		if asked := j.questions(); len(asked) != 1 || s.Stats().Held != 0 {
			t.Errorf("asked %v", asked)
		}
	})
}

// A connection that goes while its message waits: the message is stored, its other
// devices get it.
func TestHookOutlivesConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := judged(t)
		j.takes = func() time.Duration { return time.Second }
		a, desk, b := s.simple("a"), s.connect(1, "a", "desk", false), s.simple("b")
		a.say(`{"type":"send","cid":"1","to":"b","content":1}`)
		a.on(func() { a.Close(1000, "") })
		for _, c := range []*conn{desk, b} {
			c.expect(object{"type": "chat", "seq": 1})
		}
		a = s.simple("a")
		a.ask(`{"type":"send","cid":"1","to":"b","content":1}`, object{"type": "sent", "seq": 1})
	})
}

// Over HTTP, who has no more time is told to ask again; the message may be stored.
func TestHookOutlivesRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := judged(t)
		j.takes = func() time.Duration { return time.Second }
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		r := wire.Request{Verb: wire.VerbSend, CID: "1", To: "b", Content: []byte("1")}
		_, err := s.Send(ctx, "a", &r)
		s.refused("send", err, wire.ReasonBusy)
		if got := s.write("a", r); got.Seq != 1 {
			t.Errorf("%+v", got)
		}
		if n := len(s.page("a", "single_a:b")); n != 1 {
			t.Errorf("%d messages", n)
		}
	})
}

// A stop waits for what is being asked about; what it can't wait for is refused, and
// nothing is left without an answer.
func TestHookStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := judged(t)
		j.takes = func() time.Duration { return time.Second }
		a := s.simple("a")
		sent := s.write("b", wire.Request{To: "c"}).ID
		a.say(send1(0), send1(1), send1(2))
		a.say(`{"type":"edit","cid":"e","id":"5","content":1}`)
		edited := make(chan error, 1)
		go func() { edited <- s.Edit(t.Context(), "b", &wire.Request{ID: sent, Content: []byte("2")}) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		s.StopHook(ctx)
		a.expect(object{"type": "sent", "cid": "0"})
		for _, cid := range []string{"1", "2", "e"} { // the first of them was being asked about
			a.expect(object{"type": "error", "cid": cid, "reason": "shutting_down"})
		}
		if err := <-edited; err != nil {
			t.Error(err)
		}
		a.ask(send1(3), object{"type": "error", "cid": "3", "reason": "shutting_down"})
		a.ask(`{"type":"edit","cid":"f","id":"5","content":1}`, object{"type": "error", "cid": "f", "reason": "shutting_down"})
		s.refused("edit", s.Edit(t.Context(), "b", &wire.Request{ID: sent, Content: []byte("3")}), wire.ReasonShuttingDown)
		s.silent(a)
	})
}

func send1(n int) string {
	return fmt.Sprintf(`{"type":"send","cid":"%d","to":"z","content":%d}`, n, n)
}

// Too much that waits is refused at once, and counted; the order of the rest stays.
func TestHookIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := judged(t)
		j.takes = func() time.Duration { return time.Millisecond }
		a := s.simple("a")
		var turn []string
		for i := range maxHeldOfUser + 10 {
			turn = append(turn, send1(i))
		}
		a.say(turn...)
		for range 10 {
			a.expect(object{"type": "error", "reason": "busy"})
		}
		for i := range maxHeldOfUser {
			a.expect(object{"type": "sent", "cid": fmt.Sprint(i), "seq": i + 1})
		}
		if got := s.Stats(); got.BusyHook != 10 || got.Held != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// What waits keeps nothing of the read it came in, and its bytes don't change.
func TestHookOwnsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := judged(t)
		j.takes = func() time.Duration { return time.Second }
		a, b := s.simple("a"), s.simple("b")
		read := []byte(`{"type":"send","cid":"mine","to":"b","content":"mine","content_type":"kind"}`)
		a.on(func() {
			a.session.Message(read)
			for i := range read {
				read[i] = '#'
			}
			a.session.TurnEnd()
			tn := &s.turns[0]
			for i := range tn.arena.buf[:cap(tn.arena.buf)] {
				tn.arena.buf[:cap(tn.arena.buf)][i] = '#' // nothing of the turn's is kept either
			}
		})
		a.expect(object{"type": "sent", "cid": "mine"})
		b.expect(object{"type": "chat", "content": "mine", "content_type": "kind", "to": "b"})
	})
}
