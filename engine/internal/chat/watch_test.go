package chat

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/engine/internal/delivery"
)

func watching(on bool, users ...string) string {
	list := `"` + strings.Join(users, `","`) + `"`
	if len(users) == 0 {
		list = ""
	}
	return fmt.Sprintf(`{"type":"presence","cid":"w","users":[%s],"watch":%v}`, list, on)
}

// flush lets the time pass after which watchers are told.
func (s *site) flush() {
	s.joined()
	time.Sleep(watchInterval)
	synctest.Wait()
}

// Changes are told once within a moment, as they are at its end, and no more after
// the watch.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		w, other := s.simple("w"), s.simple("other")
		w.ask(watching(true, "a", "b"), object{"type": "presence", "cid": "w", "users": object{"a": "offline", "b": "offline"}})
		s.simple("x")
		a := s.simple("a")
		time.Sleep(watchInterval / 2)
		b := s.simple("b")
		s.joined()
		w.quiet()
		s.flush()
		w.expect(object{"type": "presence", "cid": nil, "users": object{"a": "online", "b": "online"}})
		a.hangUp()
		s.joined()
		a = s.simple("a") // the page was loaded anew
		s.flush()
		if len(w.in) > 0 {
			w.expect(object{"type": "presence", "users": object{"a": "online"}})
		}
		w.quiet()
		w.ask(watching(false, "a"), object{"type": "presence", "users": object{"a": "online"}})
		a.hangUp()
		b.hangUp()
		s.flush()
		w.expect(object{"type": "presence", "users": object{"b": "offline"}})
		w.ask(watching(false), object{"type": "presence"})
		s.simple("b")
		s.flush()
		w.quiet()
		other.quiet()
		s.watched(0)
	})
}

// watched expects so many watches altogether.
func (s *site) watched(want int) {
	s.t.Helper()
	w := &s.watches
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, conns := range w.of {
		n += len(conns)
	}
	if n != want || w.any.Load() != (want > 0) {
		s.t.Errorf("%d watches, want %d", n, want)
	}
}

// A connection watches so many and no more, and none when it is gone.
func TestWatchLimits(t *testing.T) {
	s := open(t, nil)
	users := make([]string, maxWatched)
	for i := range users {
		users[i] = fmt.Sprint("u", i)
	}
	w := s.simple("w")
	w.ask(watching(true, users...), object{"type": "presence"})
	w.ask(watching(true, users[3:9]...), object{"type": "presence"}) // they are watched already
	w.ask(watching(true, "more"), object{"type": "error", "cid": "w", "reason": "bad_request"})
	s.watched(maxWatched)
	w.ask(watching(false, users[0]), object{"type": "presence"})
	w.ask(watching(true, "more"), object{"type": "presence"})
	two := s.track("w")
	two.ask(watching(true, "more"), object{"type": "presence"})
	s.watched(maxWatched + 1)
	w.hangUp()
	s.watched(1)
	two.hangUp()
	s.watched(0)
}

// Who blocks somebody isn't watched by them, neither before nor afterwards, nor
// while that is looked up.
func TestWatchOfBlocking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		s.must(s.Block(t.Context(), "before", "w"))
		w := s.simple("w")
		s.forget(w)
		release := s.hold()
		w.say(watching(true, "before", "after"))
		s.simple("before")
		s.flush()
		w.quiet()
		release()
		w.expect(object{"type": "presence", "cid": "w", "users": object{"before": "offline", "after": "offline"}})
		s.watched(1)
		s.simple("after")
		s.flush()
		w.expect(object{"type": "presence", "users": object{"after": "online"}})
		s.must(s.Block(t.Context(), "after", "w"))
		s.settle()
		s.watched(0)
		s.simple("after").hangUp()
		s.flush()
		w.quiet()
	})
}

// Where too many reads wait nothing is told of who is asked for.
func TestWatchBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		w := s.simple("w")
		s.forget(w)
		release := s.hold()
		for len(s.readers.jobs) < cap(s.readers.jobs) {
			s.readers.jobs <- func() {}
		}
		w.ask(watching(true, "a"), object{"type": "error", "reason": "busy"})
		a := s.track("a")
		s.flush()
		w.quiet()
		release()
		synctest.Wait()
		w.ask(watching(true, "a"), object{"type": "presence", "users": object{"a": "online"}})
		a.hangUp()
		s.flush()
		w.expect(object{"type": "presence", "users": object{"a": "offline"}})
	})
}

// A watch of somebody who blocks is never confirmed, nor one that has ended.
func TestConfirm(t *testing.T) {
	var w watches
	me, other := delivery.Conn{Serial: 1}, delivery.Conn{Serial: 2}
	w.add("a", me)
	w.add("a", other)
	w.add("blocks", me)
	w.confirm([]Presence{{User: "a"}, {User: "blocks", blocks: true}, {User: "ended"}}, me)
	if !w.of["a"][me] || w.of["a"][other] || w.of["blocks"][me] || len(w.of["ended"]) != 0 {
		t.Errorf("%v", w.of)
	}
}
