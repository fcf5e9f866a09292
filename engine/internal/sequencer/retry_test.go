package sequencer

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
)

// A retry is answered with what its first attempt was given: in the same
// batch, later, and after a restart.
func TestRetry(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	again := r.send(single("a", "b", "1"), single("a", "b", "1"), single("a", "b", "2"), single("a", "b", "1"))
	if again[1] != again[0] || again[3] != again[0] || again[0].Seq != 1 || again[2].Seq != 2 {
		t.Errorf("%+v", again)
	}
	for range 2 {
		for range 2 * maxApplied { // the memory of batches is used again
			if got := r.send1(single("a", "b", "2")); got != again[2] {
				t.Errorf("%+v, not %+v", got, again[2])
			}
		}
		if got := r.send1(single("a", "b", "1")); got != again[0] {
			t.Errorf("later: %+v, not %+v", got, again[0])
		}
		r.stop()
		r = start(t, fs, nil)
	}
	if got := r.send1(single("b", "a", "1")); got.Seq != 3 {
		t.Errorf("another sender's: %+v", got)
	}
	if got := messages(t, r.db, "single_a:b"); len(got) != 3 {
		t.Errorf("%d messages", len(got))
	}
}

// The same cid with something else is refused, and takes no seq.
func TestConflict(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	first := single("a", "b", "1")
	other, elsewhere, kind := first, single("a", "c", "1"), first
	other.Content, kind.Type = []byte("x"), "image"
	for round := range 3 {
		got := r.send(first, other, elsewhere, kind, first)
		for i := 1; i <= 3; i++ {
			if !errors.Is(got[i].Err, ErrConflict) {
				t.Errorf("round %d, %d: %+v", round, i, got[i])
			}
		}
		if got[0].Seq != 1 || got[4] != got[0] {
			t.Errorf("round %d: %+v", round, got)
		}
		if round == 1 {
			r.stop()
			r = start(t, fs, nil)
		}
	}
	if len(messages(t, r.db, "single_a:c")) != 0 {
		t.Error("a refused message was stored")
	}
}

// A send that was refused may be tried again under its cid.
func TestRefusedIsNotRemembered(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.group("g", "o")
	m := toGroup("u", "g", "1")
	if got := r.send1(m); !errors.Is(got.Err, ErrNotMember) {
		t.Errorf("%+v", got)
	}
	if got := r.send1(toGroup("u", "none", "1")); !errors.Is(got.Err, ErrNotMember) {
		t.Errorf("%+v", got)
	}
	r.do(func(tx *Tx) error { return tx.AddMember("g", "u", 0) })
	if got := r.send1(m); got.Err != nil || got.Seq != 1 {
		t.Errorf("%+v", got)
	}
	r.do(func(tx *Tx) error { return tx.RemoveMember("g", "u") })
	if got := r.send1(m); got.Err != nil || got.Seq != 1 { // it was sent, whoever asks now
		t.Errorf("%+v", got)
	}
}

// Without a cid nothing is recognised.
func TestNoCID(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	m := single("a", "b", "")
	m.Content = []byte("x")
	if got := r.send(m, m, m); got[2].Seq != 3 {
		t.Errorf("%+v", got)
	}
}

// Pairs with one hash are told apart, in whichever order they come.
func TestHashCollision(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	defer r.close()
	for i := range 4 {
		m := single("a", "b", fmt.Sprint(i%3))
		m.fingerprint, m.hash = fingerprintOf(&m), 42
		r.Sequencer.send(&m)
	}
	if n := len(r.cur.entries); n != 3 {
		t.Errorf("%d entries", n)
	}
	if a := r.cur.answers[3]; a.entry != 0 {
		t.Errorf("%+v", a)
	}
	r.commitAll()
}

// The answers of one connection come in the order of its sends, and those to
// retries after what they speak of was pushed.
func TestAnswersInOrder(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	me, peer := delivery.Conn{Reactor: 0, Serial: 1}, delivery.Conn{Reactor: 0, Serial: 2}
	r.attach(me, "a", "d", true)
	r.attach(peer, "b", "d", true)
	r.take(0)
	other := single("a", "b", "1")
	other.Content = []byte("x")
	sends := []Send{
		single("a", "b", "1"), single("a", "b", "1"), other, toGroup("a", "none", "g"),
		single("a", "b", "2"), single("a", "c", "3"),
	}
	for i := range sends {
		sends[i].Origin = me
	}
	if err := r.Submit(time.Now(), sends); err != nil {
		t.Fatal(err)
	}
	r.sync()
	var heard []string
	pushed := false
	for _, p := range r.take(0) {
		switch p.Kind {
		case delivery.ToUser:
			pushed = pushed || p.User == "b"
			if p.User == "a" {
				t.Error("the sending connection is posted its own messages")
			}
		case delivery.ToConn:
			if !pushed {
				t.Error("answered before it was pushed")
			}
			for _, l := range lines(p.Frame) {
				var kind, cid string
				_, _ = fmt.Sscan(l, &kind, &cid)
				heard = append(heard, kind+cid)
			}
		}
	}
	want := []string{"sent1", "sent1", "refused1", "refusedg", "sent2", "sent3"}
	if !slices.Equal(heard, want) {
		t.Errorf("%v", heard)
	}
}

// What a client sent is what a retry is known by, whatever was made of it on its
// behalf: in the same batch, later, and after a restart.
func TestRetryOfChanged(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	stamped := func(content string) Send {
		m := single("a", "b", "1")
		m.Stamp()
		m.Content = []byte(content)
		return m
	}
	plain := single("a", "b", "1")
	other := single("a", "b", "1")
	other.Content = []byte(`"one"`) // what was stored, but not what was sent
	var first Result
	for round := range 3 {
		got := r.send(stamped(`"one"`), stamped(`"two"`), plain, other)
		if round == 0 {
			first = got[0]
		}
		if first.Err != nil || got[0] != first || got[1] != first || got[2] != first || !errors.Is(got[3].Err, ErrConflict) {
			t.Errorf("round %d: %+v", round, got)
		}
		if round == 1 {
			r.stop()
			r = start(t, fs, nil)
		}
	}
	if got := messages(t, r.db, "single_a:b"); len(got) != 1 || string(got[0].Content) != `"one"` {
		t.Errorf("%+v", got)
	}
}

// A send that is to be refused is, unless it is a retry of one that was stored.
func TestRefuse(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	no := errors.New("no")
	refused := func(cid string, more *More) Send {
		m := single("a", "b", cid)
		m.More = more
		m.Refuse(no)
		return m
	}
	got := r.send(refused("1", nil), refused("", nil), refused("2", &More{Mentions: []string{"b"}}), single("a", "b", "1"), refused("1", nil))
	for i := range 3 {
		if got[i].Err != no {
			t.Errorf("%d: %+v", i, got[i])
		}
	}
	if got[3].Seq != 1 || got[4] != got[3] {
		t.Errorf("%+v", got[3:])
	}
	if again := r.send1(refused("1", nil)); again != got[3] {
		t.Errorf("later: %+v", again)
	}
	if got := messages(t, r.db, "single_a:b"); len(got) != 1 {
		t.Errorf("%d messages", len(got))
	}
}
