package sequencer

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

func (r *rig) session(user, convID string) storage.Session {
	r.t.Helper()
	rec, ok, err := r.db.Conversation(convID)
	if !ok || err != nil {
		r.t.Fatal(convID, err)
	}
	s, ok, err := r.db.Session(user, rec.Num)
	if !ok || err != nil {
		r.t.Fatal(user, convID, err)
	}
	return s
}

// A cursor never goes back and never passes the end of the log.
func TestCursorsOnlyForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := build(t, vfs.NewMem(), nil)
		defer r.close()
		var last, want uint64
		say := func(*rapid.T) {
			m := single("a", "b", "")
			if err := r.Submit(time.Now(), []Send{m}); err != nil {
				t.Fatal(err)
			}
			r.commitAll()
			last++
		}
		say(t)
		num := r.Head("single_a:b").Num
		high := want // the highest seq moved to since the last flush
		t.Repeat(map[string]func(*rapid.T){
			"say": say,
			"move": func(t *rapid.T) {
				seq := rapid.Uint64Range(0, last+3).Draw(t, "seq")
				if err := r.Move([]Cursor{{"b", num, seq}, {"stranger", num, seq}, {"b", num + 7, seq}}); err != nil {
					t.Fatal(err)
				}
				high = max(high, seq)
			},
			"flush": func(*rapid.T) {
				r.step()
				r.flushCursors()
				r.commitAll()
				want = max(want, min(high, last))
				high = want
				if r.cursors.n != 0 || len(r.cursors.moved) != 0 {
					t.Errorf("left: %d %v", r.cursors.n, r.cursors.moved)
				}
			},
			"": func(t *rapid.T) {
				if got := r.session("b", "single_a:b").AckSeq; got != want {
					t.Fatalf("cursor at %d, not %d", got, want)
				}
			},
		})
		if _, ok, _ := r.db.Session("stranger", num); ok {
			t.Error("a stranger has a cursor")
		}
	})
}

// Moves are written within about a second though nothing else happens, with
// what the user reads next, and at the stop.
func TestCursorsAreWritten(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	for i := range 9 {
		r.send1(single("a", "b", fmt.Sprint(i)))
	}
	num := r.Head("single_a:b").Num
	r.attach(delivery.Conn{Serial: 1}, "b", "x", true)
	moved := func(seq uint64) []Cursor { return []Cursor{{"b", num, seq}} }
	at := func(seq uint64, when string) {
		t.Helper()
		if got := r.session("b", "single_a:b").AckSeq; got != seq {
			t.Errorf("%s: cursor at %d, not %d", when, got, seq)
		}
	}
	_ = r.Move(moved(3))
	r.attach(delivery.Conn{Serial: 2}, "b", "y", false)
	at(3, "attached")
	_ = r.Move(moved(4))
	_ = r.Join(delivery.Conn{Serial: 2}, "b")
	r.sync()
	at(4, "joined")
	r.Detach(delivery.Conn{Serial: 2}, "b", moved(6))
	r.sync()
	r.stop()
	r = start(t, fs, nil)
	at(6, "stopped")
}

func TestCursorsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := build(t, vfs.NewMem(), nil)
		r.Start()
		r.send1(single("a", "b", "1"))
		num := r.Head("single_a:b").Num
		moves := []Cursor{{"b", num, 1}}
		if err := r.Move(moves); err != nil {
			t.Fatal(err)
		}
		time.Sleep(cursorsEvery - time.Millisecond) // of the bubble's clock
		synctest.Wait()
		if got := r.session("b", "single_a:b").AckSeq; got != 0 {
			t.Errorf("at once: %d", got)
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if got := r.session("b", "single_a:b").AckSeq; got != 1 {
			t.Errorf("a second later: %d", got)
		}
		r.stop()
	})
}

func TestCursorsFull(t *testing.T) {
	var k cursors
	now := time.Now()
	if k.due(now.Add(time.Hour)) {
		t.Error("nothing is due")
	}
	for i := range uint64(maxCursors) {
		if k.due(now) {
			t.Fatalf("due after %d", i)
		}
		k.move(fmt.Sprint(i%100), i, marks{ack: 1}, now)
		k.move(fmt.Sprint(i%100), i, marks{ack: 2, sent: 1}, now)
	}
	if !k.due(now) {
		t.Error("too many wait")
	}
}

// Moves that are due are written while the disk is busy, some in each turn.
func TestCursorsUnderLoad(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	defer r.close()
	if err := r.Submit(time.Now(), []Send{single("a", "b", "1")}); err != nil {
		t.Fatal(err)
	}
	items, _ := r.inbox.take()
	r.turn(items) // applied and not published
	num := r.Head("single_a:b").Num
	for i := range cursorsATurn + 9 { // and where a has sent
		r.noteCursor("b", num+uint64(i), marks{ack: 1})
	}
	r.cursors.since = time.Now().Add(-cursorsEvery)
	for _, left := range []int{10, 0} {
		r.publishOne() // the disk is free again
		<-r.inbox.bell // each turn asks for the next
		r.turn(nil)
		if r.cursors.n != left {
			t.Errorf("%d left, not %d", r.cursors.n, left)
		}
	}
	r.commitAll()
	if got := r.session("b", "single_a:b").AckSeq; got != 1 || len(r.cursors.moved) != 0 {
		t.Errorf("cursor at %d, left %v", got, r.cursors.moved)
	}
}

// A cursor may reach what is in the same batch; who has left has none.
func TestCursorInBatch(t *testing.T) {
	r := build(t, vfs.NewMem(), func(c *Config) { c.OpenGroups = true })
	defer r.close()
	if err := r.Submit(time.Now(), []Send{toGroup("a", "g", "1"), toGroup("b", "g", "2"), toGroup("a", "g", "3")}); err != nil {
		t.Fatal(err)
	}
	r.step()
	num := r.Head("group_g").Num
	move := func(seq uint64) {
		if err := r.Move([]Cursor{{"b", num, seq}}); err != nil {
			t.Fatal(err)
		}
		r.step()
		r.flushCursors()
		r.commitAll()
	}
	move(2)
	if got := r.session("b", "group_g").AckSeq; got != 2 {
		t.Errorf("cursor at %d", got)
	}
	_ = r.inbox.put(item{do: func(tx *Tx) {
		if err := tx.RemoveMember("g", "b"); err != nil {
			t.Error(err)
		}
	}})
	move(3)
	if s := r.session("b", "group_g"); s.AckSeq != 2 || !s.Left {
		t.Errorf("%+v", s)
	}
}
