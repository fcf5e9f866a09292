package sequencer

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
)

// With room for one conversation everything is as right as with room for all.
func TestEvictUnderLoad(t *testing.T) {
	r := start(t, vfs.NewMem(), func(c *Config) { c.MaxConversations = 1 })
	const senders, rounds, groups = 3, 60, 5
	for g := range groups {
		r.group(fmt.Sprint("g", g), "o", "u0", "u1", "u2")
	}
	r.attach(delivery.Conn{Serial: 1}, "u1", "d", true)
	r.take(0)
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			user := fmt.Sprint("u", s)
			for i := range rounds {
				g := fmt.Sprint("g", i%groups)
				cid := fmt.Sprint(i)
				peer := fmt.Sprint("p", i%7)
				got := r.send(toGroup(user, g, cid), single(user, peer, cid+"s"), toGroup(user, g, cid))
				if got[0].Err != nil || got[1].Err != nil || got[2] != got[0] || got[1].Seq != uint64(i/7+1) {
					t.Errorf("%+v", got)
				}
			}
		})
	}
	wg.Go(func() { // comes and goes all the time
		for i := range rounds {
			g := fmt.Sprint("g", i%groups)
			r.do(func(tx *Tx) error { return tx.AddMember(g, "guest", 0) })
			if got := r.send1(toGroup("guest", g, fmt.Sprint(i))); got.Err != nil {
				t.Error(got.Err)
			}
			r.do(func(tx *Tx) error { return tx.RemoveMember(g, "guest") })
			if got := r.send1(toGroup("guest", g, fmt.Sprint("x", i))); got.Err == nil {
				t.Error("who is out can send")
			}
		}
	})
	wg.Wait()
	pushed := 0
	for _, p := range r.take(0) {
		if p.Run != nil {
			pushed += len(p.Run.Ends)
		}
	}
	if want := senders*rounds + rounds + rounds; pushed != want { // in groups, u1's own singles
		t.Errorf("%d pushed, not %d", pushed, want)
	}
	for g := range groups {
		if n := len(messages(t, r.db, fmt.Sprint("group_g", g))); n != (senders*rounds+rounds)/groups {
			t.Errorf("group %d: %d messages", g, n)
		}
	}
	r.sync()
	r.sync()
	if r.Head("group_g1") == nil {
		t.Error("a group with somebody online was forgotten")
	}
	if r.Head("single_p1:u1") != nil {
		t.Error("an idle conversation was kept")
	}
}

// A commit in the middle of a command that the disk overtakes doesn't take the
// command's group away.
func TestNoEvictionInACommand(t *testing.T) {
	r := build(t, vfs.NewMem(), func(c *Config) { c.MaxConversations, c.OpenGroups = 1, true })
	for range maxApplied + 1 {
		<-r.syncer.empty // now every commit waits for its batch to be published
	}
	r.Start()
	defer r.stop()
	r.group("g", "o")
	hold := make(chan struct{})
	_ = r.inbox.put(item{do: func(*Tx) { <-hold }})
	const n = 20
	var wg sync.WaitGroup
	for i := range n { // all in one turn: a message, then somebody who joins by sending
		o, joiner := fmt.Sprint("o", i), fmt.Sprint("u", i)
		for _, m := range []Send{single("o", joiner, "s"+o), toGroup("o", "g", o), toGroup(joiner, "g", "1")} {
			wg.Add(1)
			m.Done = func(res Result) {
				if res.Err != nil {
					t.Error(res.Err)
				}
				wg.Done()
			}
			if err := r.Submit(time.Now(), []Send{m}); err != nil {
				t.Fatal(err)
			}
		}
	}
	close(hold)
	wg.Wait()
	if got := messages(t, r.db, "group_g"); len(got) != 3*n { // who joins is an event
		t.Errorf("%d entries", len(got))
	}
	r.do(func(tx *Tx) error {
		g, err := tx.Group("g")
		if g.Members != n+1 {
			t.Errorf("%d members", g.Members)
		}
		return err
	})
}

// Conversations that are only read leave memory as well.
func TestEvictAfterOpen(t *testing.T) {
	r := start(t, vfs.NewMem(), func(c *Config) { c.MaxConversations = 2 })
	for i := range 5 {
		r.send1(single("a", fmt.Sprint(i), "c"))
	}
	for i := range 5 {
		r.Open(fmt.Sprintf("single_%d:a", i))
	}
	r.Open("single_nobody:x")
	r.sync()
	r.sync()
	kept := 0
	r.heads.Range(func(_, _ any) bool { kept++; return true })
	if kept > 2 {
		t.Errorf("%d conversations in memory", kept)
	}
}

// Eviction keeps what there is room for, and number and id lead to the same.
func TestEvictNoMoreThanNeeded(t *testing.T) {
	const most = 10
	r := build(t, vfs.NewMem(), func(c *Config) { c.MaxConversations = most })
	defer r.close()
	for i := range 25 {
		if err := r.Submit(time.Now(), []Send{single("a", fmt.Sprint(i), fmt.Sprint(i))}); err != nil {
			t.Fatal(err)
		}
		r.commitAll()
	}
	if len(r.convs) != most || len(r.byNum) != most {
		t.Errorf("%d conversations in memory, %d by number", len(r.convs), len(r.byNum))
	}
	for _, c := range r.convs {
		if got, err := r.conversationByNum(c.head.Num); got != c || err != nil {
			t.Errorf("%s: %v, %v", c.head.ID, got, err)
		}
	}
}

// Looks that find little become rare, and those that find something don't.
func TestEvictionBacksOff(t *testing.T) {
	var b backOff
	for _, want := range []int{1, 2, 4, 8, 16, 32, 64, 64} {
		b.looked(4096, 10)
		rested := 0
		for b.rests() {
			rested++
		}
		if rested != want {
			t.Errorf("rests for %d commits, not %d", rested, want)
		}
	}
	for _, found := range [][2]int{{4096, 256}, {fewSeen, 0}} {
		b.looked(4096, 10)
		if b.looked(found[0], found[1]); b.rests() {
			t.Errorf("rests after %v", found)
		}
	}
}
