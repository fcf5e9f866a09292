package client

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

func post(s *FakeServer, conv string, n int) {
	for i := range n {
		s.Post("2", conv, fmt.Sprint(i))
	}
}

func TestGapIsFilled(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		s.push = func(_ *fakeConn, m *wire.Chat) bool { return m.Seq%3 != 2 }
		c := dial(t, cfg)
		post(s, "single_1:2", 10)
		expect(t, c, "single_1:2", 1, 10)
		expectNothing(t, c)
	})
}

func TestDuplicatesAreDropped(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		c := dial(t, cfg)
		post(s, "single_1:2", 3)
		expect(t, c, "single_1:2", 1, 3)
		for _, m := range s.stored("single_1:2") {
			s.publish(&m, nil)
		}
		expectNothing(t, c)
	})
}

func TestReconnectResumes(t *testing.T) {
	for _, tracked := range []bool{false, true} {
		t.Run(fmt.Sprint(tracked), func(t *testing.T) {
			run(t, func(t *testing.T, s *FakeServer, cfg Config) {
				cfg.Tracked = tracked
				c := dial(t, cfg)
				post(s, "single_1:2", 3)
				expect(t, c, "single_1:2", 1, 3)
				s.Close()
				synctest.Wait()
				set(s, &s.syncMax, 2)
				post(s, "single_1:2", 7)
				expect(t, c, "single_1:2", 4, 7)
				expectNothing(t, c)
			})
		})
	}
}

// A server that was restored from an older backup has a log that ends before what
// the client has: what it writes then is new.
func TestServerKnowsLess(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		cfg.Tracked = true
		post(s, "group_7", 2)
		c := dial(t, cfg)
		expect(t, c, "group_7", 1, 2)
		post(s, "group_7", 5)
		expect(t, c, "group_7", 3, 5)
		s.forgetAfter("group_7", 3)
		s.Close()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := c.Cursors()["group_7"]; got != 3 {
			t.Errorf("the cursor is %d", got)
		}
		post(s, "group_7", 2)
		expect(t, c, "group_7", 4, 2)
		expectNothing(t, c)
	})
}

// A tracked client asks at once for what it has missed, has_more after has_more,
// and acknowledges what Receive returned, and nothing else.
func TestTrackedSyncsAndAcks(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		post(s, "group_7", 5)
		s.syncMax = 2
		cfg.Tracked = true
		cfg.Cursors = map[string]uint64{"group_7": 1}
		c := dial(t, cfg)
		expect(t, c, "group_7", 2, 3)
		time.Sleep(time.Second)
		synctest.Wait()
		if got := s.acked("group_7"); got != 4 {
			t.Fatalf("acknowledged up to %d, received up to 4", got)
		}
		if got := c.Cursors()["group_7"]; got != 4 {
			t.Fatalf("the cursor is %d", got)
		}
		expect(t, c, "group_7", 5, 1)
		c.Close()
		if got := s.acked("group_7"); got != 5 {
			t.Fatalf("Close acknowledged up to %d", got)
		}
	})
}

func TestLostAckIsRepeated(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		s.request = func(c *fakeConn, r *wire.Request) bool { return r.Verb != wire.VerbAck }
		cfg.Tracked = true
		c := dial(t, cfg)
		s.Post("2", "single_1:2", "x")
		expect(t, c, "single_1:2", 1, 1)
		time.Sleep(time.Second)
		set(s, &s.request, func(*fakeConn, *wire.Request) bool { return true })
		m := s.stored("single_1:2")[0]
		s.publish(&m, nil) // the server's redelivery
		time.Sleep(time.Second)
		synctest.Wait()
		if s.acked("single_1:2") != 1 {
			t.Fatal("not acknowledged")
		}
		expectNothing(t, c)
	})
}

func TestSimpleClientDoesNotAckOrAsk(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		c := dial(t, cfg)
		post(s, "single_1:2", 2)
		expect(t, c, "single_1:2", 1, 2)
		time.Sleep(time.Second)
		c.Close()
		if len(s.requests(wire.VerbAck))+len(s.requests(wire.VerbSync)) > 0 {
			t.Fatal(s.seen)
		}
	})
}

// What this client sends itself leaves no gap, though it is never pushed to it.
func TestOwnMessagesAreNoGap(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		c := dial(t, cfg)
		for i := range uint64(5) {
			s.Post("2", "single_1:2", "x")
			if _, err := c.Send(t.Context(), Message{To: "2", Content: Text("y")}); err != nil {
				t.Fatal(err)
			}
			expect(t, c, "single_1:2", 2*i+1, 1)
		}
		expectNothing(t, c)
		if n := len(s.requests(wire.VerbSync)); n > 0 {
			t.Fatalf("%d syncs for nothing", n)
		}
	})
}

// A conversation whose missing messages are not for this client goes on without
// them, and one that may not be seen any more holds nothing up.
func TestGapThatStays(t *testing.T) {
	for name, answer := range map[string]func(r *wire.Request) []byte{
		"not named": func(r *wire.Request) []byte { return wire.AppendSynced(nil, r.CID, nil) },
		"nothing": func(r *wire.Request) []byte {
			return wire.AppendSynced(nil, r.CID, []wire.Synced{{ConvID: "group_7", Seq: 1, HasMore: true}})
		},
		"later": func(r *wire.Request) []byte {
			return wire.AppendSynced(nil, r.CID, []wire.Synced{{ConvID: "group_7", Seq: 4}})
		},
		"refused": func(r *wire.Request) []byte {
			return wire.AppendError(nil, r.CID, wire.NewError(wire.ReasonNotFound, "no such conversation"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, s *FakeServer, cfg Config) {
				s.request = func(c *fakeConn, r *wire.Request) bool {
					if r.Verb == wire.VerbSync {
						c.send(answer(r))
					}
					return r.Verb != wire.VerbSync
				}
				s.push = func(_ *fakeConn, m *wire.Chat) bool { return m.Seq == 1 || m.Seq > 4 }
				c := dial(t, cfg)
				post(s, "group_7", 6)
				expect(t, c, "group_7", 1, 1)
				expect(t, c, "group_7", 5, 2)
				expectNothing(t, c)
			})
		})
	}
}

// A sync that the server can't take yet, such as one beside the backlog, is asked
// again on the same connection, as often as it takes, and not before it said.
func TestSyncRefusedForNowIsRetried(t *testing.T) {
	for name, tracked := range map[string]bool{"simple": false, "tracked": true} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, s *FakeServer, cfg Config) {
				var asked []time.Time
				s.request = func(c *fakeConn, r *wire.Request) bool {
					if r.Verb != wire.VerbSync {
						return true
					}
					if asked = append(asked, time.Now()); len(asked) < 4 {
						c.send(wire.AppendError(nil, r.CID, wire.RetryError(wire.ReasonBusy, "later", time.Second)))
						return false
					}
					return true
				}
				post(s, "group_7", 3)
				cfg.Tracked, cfg.Cursors = tracked, map[string]uint64{"group_7": 1}
				c := dial(t, cfg)
				expect(t, c, "group_7", 2, 2)
				expectNothing(t, c)
				if s.dials != 1 || len(asked) != 4 || asked[3].Sub(asked[0]) != 3*time.Second {
					t.Fatalf("%d connections, asked at %v", s.dials, asked)
				}
			})
		})
	}
}

// A client that only sends never asks for entries, so that nothing counts as
// received by it.
func TestSendOnly(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		cfg.SendOnly = true
		c := dial(t, cfg)
		for range 2 {
			if _, err := c.Send(t.Context(), Message{To: "2", Content: Text("x")}); err != nil {
				t.Fatal(err)
			}
			s.Close()
			synctest.Wait()
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if s.dials != 3 || s.protocols != 3 || len(s.requests(wire.VerbAck))+len(s.requests(wire.VerbSync)) > 0 {
			t.Errorf("%d connections, %d that want to be asked, %v", s.dials, s.protocols, s.seen)
		}
	})
}

// Sync returns when all is handed over, here over many requests for more
// conversations than one request holds.
func TestSyncOfManyConversations(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		const convs = 2000
		cfg.Cursors = make(map[string]uint64)
		cfg.Buffer = 2 * convs
		for i := range convs {
			conv := fmt.Sprintf("group_%032d", i)
			post(s, conv, 2)
			cfg.Cursors[conv] = 1
		}
		c := dial(t, cfg)
		if err := c.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		for range convs {
			m, err := c.Receive(t.Context())
			if err != nil || m.Seq != 2 || seen[m.ConvID] {
				t.Fatal(m, err)
			}
			seen[m.ConvID] = true
		}
		expectNothing(t, c)
	})
}

// A full buffer stops the reading, and loses nothing.
func TestFullBufferHoldsBack(t *testing.T) {
	run(t, func(t *testing.T, s *FakeServer, cfg Config) {
		cfg.Buffer = 3
		c := dial(t, cfg)
		post(s, "single_1:2", 50)
		synctest.Wait()
		if len(c.inbox) != 3 {
			t.Fatal(len(c.inbox))
		}
		expect(t, c, "single_1:2", 1, 50)
		post(s, "single_1:2", 50)
		synctest.Wait()
		c.Close() // while the reader is held back
	})
}

// Random breaks, gaps and duplicates from many seeds: every message comes once
// and in order, every send is stored once.
func TestChaos(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			run(t, func(t *testing.T, s *FakeServer, cfg Config) { chaos(t, s, cfg, seed) })
		})
	}
}

func chaos(t *testing.T, s *FakeServer, cfg Config, seed uint64) {
	const rounds = 200
	cfg.Tracked, cfg.Buffer, s.syncMax = seed%2 == 0, 8, 3
	cfg.Backoff = Backoff{Min: time.Millisecond, Max: 10 * time.Millisecond}
	dice := rand.New(rand.NewPCG(seed, 1))
	s.push = func(_ *fakeConn, m *wire.Chat) bool { return m.ID%5 != seed%5 }
	s.answer = func(c *fakeConn, r *wire.Request) bool { return len(r.CID)%3 != 0 || c.dial%2 == 0 }
	s.Post("2", "single_1:2", "first")
	cfg.Cursors = map[string]uint64{"single_1:2": 0}
	order := &chaosOrder{t: t}
	cfg.OnEvent = order.event
	c := dial(t, cfg)
	var helpers sync.WaitGroup
	helpers.Go(func() {
		for i := range rounds {
			s.Post("2", "single_1:2", fmt.Sprint(i))
			if i%4 == 0 {
				s.PostEvent(recallEvent("single_1:2", 1))
			}
			if dice.IntN(10) == 0 {
				s.Close()
			}
			time.Sleep(time.Duration(dice.IntN(5)) * time.Millisecond)
		}
		set(s, &s.push, func(*fakeConn, *wire.Chat) bool { return true })
		set(s, &s.answer, func(*fakeConn, *wire.Request) bool { return true })
		s.Close()
	})
	helpers.Go(func() {
		for range rounds {
			if _, err := c.SendAsync(t.Context(), Message{To: "2", Content: Text("mine")}); err != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	order.check(c, 1+rounds, rounds/4)
	helpers.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for len(c.slots) > 0 && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	if n := len(s.stored("single_1:2")); n != 1+2*rounds+rounds/4 || ctx.Err() != nil {
		t.Fatalf("%d messages stored", n)
	}
}

// chaosOrder checks that messages and events come by rising seq, each once. Both
// come on the goroutine that receives.
type chaosOrder struct {
	t      *testing.T
	last   uint64
	events int
}

func (o *chaosOrder) event(e Event) {
	if e.Kind == MessageRecalled {
		o.events++
		o.rise(e.Recall.EventSeq)
	}
}

func (o *chaosOrder) rise(seq uint64) {
	if seq <= o.last {
		o.t.Errorf("seq %d after %d", seq, o.last)
	}
	o.last = seq
}

// check receives until all of the other user's messages have come.
func (o *chaosOrder) check(c *Client, others, events int) {
	for others > 0 {
		m, err := c.Receive(o.t.Context())
		if err != nil {
			o.t.Fatal(err)
		}
		o.rise(m.Seq)
		if m.From == "2" {
			others--
		}
	}
	if o.events != events {
		o.t.Errorf("%d events, want %d", o.events, events)
	}
}
