package sequencer

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

func (r *rig) sentBy(user string) (sent map[uint64]uint64) {
	if err := r.Ask(func(tx *Tx) { sent = sentOf(tx.Noted(user)) }); err != nil {
		r.t.Fatal(err)
	}
	return sent
}

func sentOf(noted map[uint64]Noted) map[uint64]uint64 {
	sent := make(map[uint64]uint64)
	for conv, n := range noted {
		if n.Sent > 0 {
			sent[conv] = n.Sent
		}
	}
	return sent
}

// Where a user's own last messages are is noted when they are written, and in
// their sessions after FlushCursors, after Attach, and after a stop.
func TestSent(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	check := func(when string, user string, want map[uint64]uint64) {
		t.Helper()
		if got := r.sentBy(user); !maps.Equal(got, want) {
			t.Errorf("%s: %s: %v, want %v", when, user, got, want)
		}
	}
	at := func(when, user, conv string, want uint64) {
		t.Helper()
		if s := r.session(user, conv); s.SentSeq != want {
			t.Errorf("%s: %s in %s: %+v, want %d", when, user, conv, s, want)
		}
	}
	r.send(
		single("a", "b", "1"), single("b", "a", "1"), single("a", "b", "2"), single("b", "a", "2"), single("b", "a", "3"),
		single("a", "c", "3"),
	)
	ab, ac := r.Head("single_a:b").Num, r.Head("single_a:c").Num
	check("noted", "a", map[uint64]uint64{ab: 3, ac: 1})
	check("noted", "b", map[uint64]uint64{ab: 5})
	check("noted", "c", nil)
	at("noted", "a", "single_a:b", 0)
	r.do(func(tx *Tx) error { tx.FlushCursors("a"); return nil })
	check("flushed", "a", nil)
	check("flushed", "b", map[uint64]uint64{ab: 5})
	at("flushed", "a", "single_a:b", 3)
	at("flushed", "a", "single_a:c", 1)
	r.send1(single("a", "b", "4"))
	if err := r.Move([]Cursor{{"a", ab, 5}}); err != nil {
		t.Fatal(err)
	}
	check("both cursors", "a", map[uint64]uint64{ab: 6})
	r.do(func(tx *Tx) error { tx.FlushCursors("a"); return nil })
	if s := r.session("a", "single_a:b"); s.AckSeq != 5 || s.SentSeq != 6 {
		t.Errorf("%+v", s)
	}
	r.send1(single("b", "a", "5"))
	r.stop()
	r = start(t, fs, nil)
	at("stopped", "b", "single_a:b", 7)
	at("stopped", "a", "single_a:b", 6)
}

// What is written by the last commit before a stop is noted as well.
func TestSentAtTheStop(t *testing.T) {
	fs, log := vfs.NewMem(), &stuckLog{stuck: make(chan struct{}), free: make(chan struct{})}
	r := build(t, errorfs.Wrap(fs, log), nil)
	r.Start()
	r.sync()
	log.on.Store(true)
	say := func(m Send) {
		if err := r.Submit(time.Now(), []Send{m}); err != nil {
			t.Fatal(err)
		}
	}
	say(single("a", "b", "1"))
	<-log.stuck // and what comes now waits in the batch
	say(single("b", "a", "2"))
	if err := r.Ask(func(*Tx) {}); err != nil {
		t.Fatal(err)
	}
	r.inbox.close()
	<-r.done
	log.on.Store(false)
	close(log.free)
	r.stop()
	r = start(t, fs, nil)
	for user, want := range map[string]uint64{"a": 1, "b": 2} {
		if s := r.session(user, "single_a:b"); s.SentSeq != want {
			t.Errorf("%s: %+v", user, s)
		}
	}
}

// An event is nobody's own message, and stands in the way of none.
func TestSentAndEvents(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	defer r.close()
	event := func(from string) {
		_ = r.inbox.put(item{do: func(tx *Tx) {
			if _, err := tx.Event("single_a:b", Event{Type: "edit", From: from, Ref: 1}); err != nil {
				t.Error(err)
			}
		}})
	}
	say := func(from, to string) {
		if err := r.Submit(time.Now(), []Send{single(from, to, "")}); err != nil {
			t.Fatal(err)
		}
	}
	say("a", "b")
	event("a")
	event("b")
	say("b", "a")
	event("b")
	event("a")
	r.commitAll()
	tx := &Tx{r.Sequencer}
	num := r.Head("single_a:b").Num
	for user, want := range map[string]uint64{"a": 1, "b": 4} {
		if got := sentOf(tx.Noted(user)); !maps.Equal(got, map[uint64]uint64{num: want}) {
			t.Errorf("%s: %v, want %d", user, got, want)
		}
	}
}

// Who has left has no cursor there any more, and who isn't in it has none.
func TestSentByStrangers(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.group("g", "o", "u")
	for i, user := range []string{"u", "robot"} {
		r.send1(system(toGroup(user, "g", fmt.Sprint(i))))
	}
	r.do(func(tx *Tx) error { return tx.RemoveMember("g", "u") })
	r.do(func(tx *Tx) error {
		tx.FlushCursors("u")
		tx.FlushCursors("robot")
		return nil
	})
	if s := r.session("u", "group_g"); s.SentSeq != 0 {
		t.Errorf("%+v", s)
	}
	if _, ok, err := r.db.Session("robot", r.Head("group_g").Num); ok || err != nil {
		t.Error("a stranger has a session", err)
	}
}
