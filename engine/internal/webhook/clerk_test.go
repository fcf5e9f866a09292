package webhook

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// who tells who came and went, in order.
func who(t *testing.T, r *receiver) string {
	t.Helper()
	var words []string
	for _, e := range r.told(t) {
		word := map[string]string{eventOnline: "+", eventGone: "-", eventStarted: "start"}[e.Type]
		if user, ok := e.Data["user_id"].(string); ok {
			word += user
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// Users who come and go are told as long as somebody wants to know, and a start
// tells that nobody is there.
func TestPresence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.enter("early")
		r, other := s.endpoint("h", nil, "user.*"), s.endpoint("off", nil, "user.offline")
		want := func(all, off string) {
			t.Helper()
			s.settle()
			if a, b := who(t, r), who(t, other); a != all || b != off {
				t.Errorf("told %q and %q, want %q and %q", a, b, all, off)
			}
		}
		s.enter("a")
		want("+a", "")
		s.leave("a")
		s.leave("early")
		want("-a -early", "-a -early")
		s = s.restart()
		want("start", "start")
		s.enter("b")
		r.says(0)
		s.leave("b")
		other.says(0)
		s = s.restart()
		s.enter("c")
		r.says(204)
		other.says(204)
		time.Sleep(time.Minute)
		want("+b -b start +c", "-b start") // in its order, although it was told late

		s.must(s.Remove(t.Context(), "h"))
		s.must(s.Remove(t.Context(), "off"))
		s.settle()
		s.enter("d")
		if last, n, err := s.db.LastWebhookPresence(); n != 0 || err != nil {
			t.Errorf("%d rows are kept, the last is %d, %v", n, last, err)
		}
	})
}

// Beside messages, presence leaves room for them, and both go on.
func TestPresenceAndLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", func(n *New) { n.MaxBatch = 4 }, "user.online", "message.created")
		r.says(-1)
		for i := range 20 {
			s.enter(fmt.Sprint("u", i))
			s.send("a", wire.Request{To: "b"})
		}
		r.says(204)
		time.Sleep(time.Minute)
		counts := map[string]int{}
		list := r.told(t)
		for _, e := range list {
			counts[e.Type]++
		}
		if counts[eventOnline] != 20 || counts[eventCreated] != 20 {
			t.Errorf("%v", counts)
		}
		if last := types(list[len(list)-6:]); !strings.Contains(last, eventCreated) || strings.Count(types(list[:20]), eventCreated) < 8 {
			t.Errorf("%s", types(list))
		}
	})
}

// What endpoints were told isn't kept, but for a few.
func TestPresenceIsPruned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r, slow := s.endpoint("h", nil, "user.*"), s.endpoint("slow", nil, "*")
		slow.says(0)
		come := func(n int) (kept int) {
			for i := range n {
				s.Present(fmt.Sprint("u", i), i%2 == 0)
			}
			time.Sleep(time.Minute)
			s.Present("x", true)
			time.Sleep(time.Minute)
			_, kept, err := s.db.LastWebhookPresence()
			s.must(err)
			return kept
		}
		if kept := come(3000); kept != 3001 {
			t.Errorf("%d are kept for who is slow", kept)
		}
		slow.says(204)
		time.Sleep(time.Hour)
		if kept := come(1); kept >= clerkStep {
			t.Errorf("%d are kept", kept)
		}
		if got := len(r.told(t)); got != 3003 {
			t.Errorf("told %d", got)
		}
		if got := len(slow.told(t)); got != 3003 {
			t.Errorf("told %d", got)
		}
	})
}

// Who comes and isn't wanted doesn't hold up who is.
func TestPresenceUnwanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, eventGone)
		for i := range 5000 {
			s.Present(fmt.Sprint("u", i), true)
		}
		s.Present("a", false)
		s.settle()
		if got := who(t, r); got != "-a" {
			t.Errorf("told %q", got)
		}
	})
}

// Changes that aren't on disk yet aren't told.
func TestPresenceAbove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, eventOnline, "message.created")
		s.enter("a")
		above := s.clerk.durable.Load() + 1<<40
		s.do(func(tx *sequencer.Tx) error {
			tx.Writes(sequencer.Subject{}).PutWebhookPresence(storage.WebhookPresence{Number: above, User: "b", State: storage.WebhookOnline})
			return nil
		})
		s.enter("c")
		if got := who(t, r); got != "+a +c" {
			t.Errorf("told %q", got)
		}
		s.clerk.durable.Store(above)
		s.send("x", wire.Request{To: "y"})
		s.settle()
		if got := types(r.told(t)); got != eventOnline+" "+eventCreated {
			t.Errorf("told %q", got)
		}
	})
}

// Where no change is kept, numbers go on from what endpoints have been told, also if
// the clock has gone back since.
func TestPresenceNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", func(n *New) { n.Paused = true }, "user.*")
		s.cursor("h", func(c *cursor) { c.Presence = uint64(time.Now().Add(time.Hour).UnixMilli()) * presencePerMS })
		s = s.restart()
		paused := false
		_, err := s.Update(t.Context(), "h", Patch{Paused: &paused})
		s.must(err)
		s.enter("a")
		if got := who(t, r); got != "start +a" {
			t.Errorf("told %q", got)
		}
	})
}

// Presence that isn't taken is a dead letter like others.
func TestPresenceDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "user.*")
		r.says(400)
		s.enter("a")
		time.Sleep(time.Minute)
		s.enter("b")
		time.Sleep(time.Minute)
		dead := s.dead("h")
		if len(dead) != 2 || dead[0].Entry != 0 || dead[0].Change.User != "a" || dead[1].Type != eventOnline {
			t.Fatalf("%+v", dead)
		}
		r.says(204)
		n, err := s.Replay(t.Context(), "h", 1, 1)
		s.must(err)
		s.settle()
		if got := who(t, r); n != 1 || got != "+a" || len(s.dead("h")) != 1 {
			t.Errorf("%d, told %q", n, got)
		}
	})
}

// Of who comes and goes at once the outcome is told; a write that fails is made
// again, and nothing newer is overwritten by it.
func TestPresenceGathers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		r := s.endpoint("h", nil, "user.*")
		for i := range 5 {
			s.Present("a", i%2 == 0)
			s.Present("b", i%2 != 0)
		}
		s.settle()
		if got := who(t, r); got != "+a -b" {
			t.Errorf("told %q", got)
		}
		s.seq.SetFull(true)
		s.Present("a", false)
		s.Present("c", true)
		s.settle()
		s.Present("c", false)
		time.Sleep(3 * time.Second)
		if got := who(t, r); got != "" {
			t.Errorf("told %q although the disk is full", got)
		}
		s.seq.SetFull(false)
		time.Sleep(3 * time.Second)
		if got := who(t, r); got != "-a -c" && got != "-c -a" {
			t.Errorf("told %q", got)
		}
	})
}

// What couldn't be written comes back before what came later, but not over it.
func TestGiveBack(t *testing.T) {
	k := &clerk{bell: make(chan struct{}, 1), changed: make(map[string]storage.WebhookPresence)}
	for _, user := range []string{"a", "b"} {
		k.note(storage.WebhookPresence{User: user, State: storage.WebhookOnline})
	}
	list := k.take()
	k.note(storage.WebhookPresence{User: "c"})
	k.note(storage.WebhookPresence{User: "a"})
	k.giveBack(list)
	var got []string
	for _, p := range k.take() {
		got = append(got, fmt.Sprint(p.User, p.State))
	}
	if want := []string{"b1", "c0", "a0"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
