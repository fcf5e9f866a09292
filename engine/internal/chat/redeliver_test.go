package chat

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

const look = 5 * time.Second

// looks lets time pass, with a look of the session every five seconds, and
// returns what was pushed at which second.
func (c *conn) looks(d time.Duration) map[int][]uint64 {
	c.t.Helper()
	at := map[int][]uint64{}
	for past := look; past <= d; past += look {
		time.Sleep(look)
		c.tick()
		synctest.Wait()
		for range len(c.in) {
			if o := c.next(); o.is("chat") {
				at[int(past/time.Second)] = append(at[int(past/time.Second)], o.seq())
			}
		}
	}
	return at
}

// tracking starts a site with a tracked client that is in sync.
func tracking(t *testing.T, change func(*Config, *sequencer.Config)) (*site, *conn) {
	s := open(t, change)
	b := s.track("b")
	b.sync(``)
	return s, b
}

func (c *conn) heard(t *testing.T, want ...uint64) {
	t.Helper()
	for _, seq := range want {
		c.expect(object{"type": "chat", "seq": seq})
	}
}

func expectLooks(t *testing.T, got, want map[int][]uint64) {
	t.Helper()
	for s := 5; s <= 300; s += 5 {
		if !slices.Equal(got[s], want[s]) {
			t.Errorf("after %d s: %v, want %v", s, got[s], want[s])
		}
	}
}

// What stays unacknowledged for 30 s is pushed again, three times, and then left
// to the next sync.
func TestRedelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := tracking(t, nil)
		s.talk("a", "b", 3)
		b.heard(t, 1, 2, 3)
		all := span(1, 3)
		expectLooks(t, b.looks(200*time.Second), map[int][]uint64{30: all, 60: all, 90: all})
		if got := s.Stats().Redelivered; got != 9 {
			t.Errorf("%d redelivered", got)
		}
		if chats, _ := b.sync(``); !slices.Equal(seqsOf(chats), all) {
			t.Errorf("%v", chats)
		}
		expectLooks(t, b.looks(40*time.Second), map[int][]uint64{30: all}) // a sync is a push, too
	})
}

// An ack ends it; an ack of a part leaves the rest, with all its tries.
func TestRedeliveryAcked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := tracking(t, nil)
		s.talk("a", "b", 4)
		b.heard(t, 1, 2, 3, 4)
		expectLooks(t, b.looks(60*time.Second), map[int][]uint64{30: span(1, 4), 60: span(1, 4)})
		b.say(`{"type":"ack","conv_id":"single_a:b","seq":2}`)
		expectLooks(t, b.looks(30*time.Second), map[int][]uint64{30: span(3, 4)})
		b.say(`{"type":"ack","conv_id":"single_a:b","seq":4}`)
		expectLooks(t, b.looks(90*time.Second), nil)
		b.on(func() {
			if n := len(b.session.windows); n != 0 {
				t.Errorf("%d windows left", n)
			}
		})
	})
}

// What came later is due later; one's own messages aren't pushed again.
func TestRedeliveryOfLaterOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := tracking(t, nil)
		s.talk("a", "b", 1)
		b.heard(t, 1)
		if got := b.looks(15 * time.Second); len(got) != 0 {
			t.Errorf("%v", got)
		}
		s.write("b", wire.Request{To: "a"}) // from another device
		s.talk("a", "b", 1)
		b.heard(t, 2, 3)
		expectLooks(t, b.looks(15*time.Second), map[int][]uint64{15: {1}})
		b.say(`{"type":"ack","conv_id":"single_a:b","seq":1}`)
		expectLooks(t, b.looks(15*time.Second), map[int][]uint64{15: {3}})
	})
}

// Simple clients acknowledge nothing and get nothing twice.
func TestNoRedeliveryToSimpleClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		b := s.simple("b")
		s.talk("a", "b", 2)
		b.heard(t, 1, 2)
		expectLooks(t, b.looks(time.Minute), nil)
	})
}

// Nothing of a group is pushed again to who has left it, and to who came back
// nothing of the time outside.
func TestRedeliveryAfterLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		ctx := context.Background()
		s.group("g", "a", "b")
		b := s.track("b")
		b.sync(``)
		say := func() { s.write("a", wire.Request{GroupID: "g"}) }
		say()
		b.heard(t, 2)
		if err := s.RemoveMember(ctx, "a", "g", "b"); err != nil {
			t.Fatal(err)
		}
		say()
		expectLooks(t, b.looks(35*time.Second), nil)
		if _, err := s.AddMembers(ctx, "a", "g", []string{"b"}); err != nil {
			t.Fatal(err)
		}
		say()
		b.until("group")
		b.heard(t, 6)
		for at, seqs := range b.looks(90 * time.Second) {
			if !slices.Equal(seqs, []uint64{6}) {
				t.Errorf("after %d s: %v", at, seqs)
			}
		}
	})
}

// One look sends a bounded amount again.
func TestRedeliveryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := tracking(t, nil)
		s.talk("a", "b", redeliverOnce+10)
		for range 20 {
			s.write("c", wire.Request{To: "b", Content: large(60 << 10)})
		}
		for range redeliverOnce + 30 {
			b.expect(object{"type": "chat"})
		}
		time.Sleep(30 * time.Second)
		b.tick()
		synctest.Wait()
		byConv := map[any][]uint64{}
		for range len(b.in) {
			o := b.next()
			byConv[o["conv_id"]] = append(byConv[o["conv_id"]], o.seq())
		}
		if got := byConv["single_a:b"]; !slices.Equal(got, span(1, redeliverOnce)) {
			t.Errorf("%v", got)
		}
		got := byConv["single_b:c"]
		if len(got) == 0 || len(got)*60<<10 > s.stepBytes()+64<<10 || !slices.Equal(got, span(1, uint64(len(got)))) {
			t.Errorf("%v", got)
		}
	})
}

// Whatever was pushed at least RetryAfter ago, and isn't acknowledged, is due;
// what is acknowledged isn't.
func TestWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const after, apart = 30 * time.Second, 5 * time.Second
		now := time.Unix(1000, 0)
		start := rapid.Uint64Range(0, 5).Draw(t, "start")
		w := &window{acked: start}
		pushed := map[uint64]time.Time{}
		acked, last := start, start
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				for range rapid.IntRange(1, 5).Draw(t, "n") {
					last++
					pushed[last] = now
				}
				w.push(last, now, apart)
			},
			"pass": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 8000).Draw(t, "ms")) * time.Millisecond)
			},
			"ack": func(t *rapid.T) {
				acked = rapid.Uint64Range(acked, last+2).Draw(t, "seq")
				if done := w.ack(acked); done && acked < last {
					t.Fatalf("nothing left at %d of %d", acked, last)
				}
				if acked > last { // such a window is dropped
					w, last = &window{acked: acked}, acked
				}
			},
			"": func(t *rapid.T) {
				due := w.due(now, after)
				if due != 0 && due <= acked || due > last {
					t.Fatalf("due up to %d, acknowledged %d, pushed %d", due, acked, last)
				}
				for seq := acked + 1; seq <= last; seq++ {
					if at, ok := pushed[seq]; ok && now.Sub(at) >= after && due < seq {
						t.Fatalf("%d was pushed %v ago, due is %d", seq, now.Sub(at), due)
					}
				}
			},
		})
	})
}
