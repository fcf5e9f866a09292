package sequencer

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/storage"
)

func with(m Send, more More) Send {
	m.More = &more
	return m
}

// A message answers one of its own conversation; the seq of that is sent along.
func TestReplyTo(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.group("g", "a")
	here := r.send(single("a", "b", "1"), single("a", "b", "2"))[1]
	there := r.send1(single("a", "c", "3"))
	group := r.send1(toGroup("a", "g", "4"))
	reply := func(m Send, id uint64) Send {
		return with(m, More{ReplyTo: id, Extra: fmt.Appendf(nil, `"reply_to":"%d"`, id)})
	}
	for name, c := range map[string]struct {
		m    Send
		want error
	}{
		"of another conversation": {reply(single("b", "a", "r1"), there.ID), ErrNotFound},
		"of a group":              {reply(single("b", "a", "r2"), group.ID), ErrNotFound},
		"of nothing":              {reply(single("b", "a", "r3"), math.MaxInt64), ErrNotFound},
		"without a conversation":  {reply(single("b", "x", "r4"), here.ID), ErrNotFound},
		"as a stranger":           {reply(toGroup("x", "g", "r5"), group.ID), ErrNotMember},
		"right":                   {reply(single("b", "a", "r6"), here.ID), nil},
		"in a group":              {reply(toGroup("a", "g", "r7"), group.ID), nil},
	} {
		if got := r.send1(c.m); !errors.Is(got.Err, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if _, ok, err := r.db.Conversation("single_b:x"); ok || err != nil {
		t.Errorf("an empty conversation: %v", err)
	}
	log := messages(t, r.db, "single_a:b")
	want := fmt.Sprintf(`"reply_to":"%d","reply_seq":2`, here.ID)
	if len(log) != 3 || string(log[2].Extra) != want {
		t.Errorf("%q, want %s", log[len(log)-1].Extra, want)
	}
	again := r.send1(reply(single("b", "a", "r6"), here.ID))
	if again.Err != nil || again.Seq != 3 {
		t.Errorf("a retry: %+v", again)
	}
	if got := r.send1(reply(single("b", "a", "r6"), log[0].ID)); !errors.Is(got.Err, ErrConflict) {
		t.Errorf("an answer to something else under the same cid: %+v", got)
	}
}

// Mentions are noted for those who are in the conversation, or for all at once.
func TestMentions(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	r.group("g", "o", "u", "left")
	r.do(func(tx *Tx) error { return tx.RemoveMember("g", "left") })
	r.send(
		toGroup("o", "g", "1"),
		with(toGroup("o", "g", "2"), More{Mentions: []string{"u", "left", "stranger"}}),
		toGroup("o", "g", "3"),
		with(toGroup("u", "g", "4"), More{MentionAll: true}),
		with(toGroup("u", "g", "5"), More{Mentions: []string{"o", "o"}}),
		with(single("a", "b", "1"), More{Mentions: []string{"b"}, MentionAll: true}),
	)
	r.stop()
	r = start(t, fs, nil)
	for user, want := range map[string]uint64{"o": 5, "u": 2, "left": 0} {
		if s := r.session(user, "group_g"); s.MentionSeq != want {
			t.Errorf("%s: %+v", user, s)
		}
	}
	if s := r.session("b", "single_a:b"); s.MentionSeq != 1 {
		t.Errorf("%+v", s)
	}
	r.do(func(tx *Tx) error {
		rec, err := tx.Group("g")
		if rec.MentionSeq != 4 {
			t.Errorf("%+v", rec)
		}
		rec.Name, rec.MentionSeq = "new", 0 // which isn't its to change
		return errors.Join(err, tx.PutGroup(rec))
	})
	rec, _, _ := r.db.Conversation("group_g")
	if g, _, err := r.db.Group(rec.Num); g.Name != "new" || g.MentionSeq != 4 || err != nil {
		t.Errorf("%+v %v", g, err)
	}
}

// A message with a TTL is to be looked at when that has passed, whatever time an
// imported one bears.
func TestTTL(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	before := time.Now().UnixMilli()
	r.send(single("a", "b", "1"), with(single("a", "b", "2"), More{TTL: 5000}), with(single("a", "b", "3"), More{TTL: 6000, Time: 7}))
	after := time.Now().UnixMilli()
	due, err := r.db.Expired(after+9000, 9)
	if err != nil || len(due) != 2 {
		t.Fatalf("%+v %v", due, err)
	}
	log := messages(t, r.db, "single_a:b")
	for i, ttl := range []int64{5000, 6000} {
		e := due[i]
		if e.Seq != uint64(i+2) || e.At < before+ttl || e.At > after+ttl || log[i+1].Expires != e.At {
			t.Errorf("%+v, %+v", e, log[i+1])
		}
	}
	if log[0].Expires != 0 {
		t.Errorf("%+v", log[0])
	}
}

// An imported message keeps its time, in answers to retries too, and its id
// says nothing of it.
func TestImportedTime(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	const long = 1_000_000_000_000
	old := with(single("a", "b", "old"), More{Time: long})
	got := r.send(single("a", "b", "1"), old, single("a", "b", "2"))
	if got[1].Time != long || got[1].ID <= got[0].ID || got[2].ID <= got[1].ID || got[2].Time == long {
		t.Errorf("%+v", got)
	}
	for range 2 {
		if again := r.send1(old); again != got[1] {
			t.Errorf("%+v, not %+v", again, got[1])
		}
		r.stop()
		r = start(t, fs, nil)
	}
	log := messages(t, r.db, "single_a:b")
	if log[1].Time != long || log[2].Time != got[2].Time {
		t.Errorf("%+v", log)
	}
	for i, flags := range []uint8{0, MessageImported, 0} {
		if log[i].Flags != flags {
			t.Errorf("%+v", log[i])
		}
	}
}

// A read cursor never goes back and never passes the end of the log; who isn't
// in the conversation has none.
func TestMoveRead(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.group("g", "o", "left")
	for i := range 3 {
		r.send1(toGroup("o", "g", fmt.Sprint(i)))
	}
	r.do(func(tx *Tx) error { return errors.Join(tx.AddMember("g", "u", 0), tx.RemoveMember("g", "left")) })
	for i := range 5 {
		r.send1(toGroup("o", "g", fmt.Sprint("x", i)))
	}
	num := r.Head("group_g").Num
	for _, step := range []struct {
		user          string
		conv, seq     uint64
		from, to      uint64
		read, ackedTo uint64
	}{
		{"u", num, 2, 3, 3, 3, 3}, // before the user came
		{"u", num, 3, 3, 3, 3, 3},
		{"u", num, 5, 3, 5, 5, 5},
		{"u", num, 5, 5, 5, 5, 5},
		{"u", num, 4, 5, 5, 5, 5},
		{"u", num, 99, 5, 8, 8, 8},
		{"u", num, 100, 8, 8, 8, 8},
		{"left", num, 5, 0, 0, 0, 0},
		{"stranger", num, 5, 0, 0, 0, 0},
		{"u", num + 1, 5, 0, 0, 8, 8},
	} {
		r.do(func(tx *Tx) error {
			from, to, err := tx.MoveRead(step.user, step.conv, step.seq)
			if from != step.from || to != step.to {
				t.Errorf("%+v: from %d to %d", step, from, to)
			}
			return err
		})
		if step.user == "stranger" {
			continue
		}
		if s := r.session(step.user, "group_g"); s.ReadSeq != step.read || s.AckSeq != step.ackedTo {
			t.Errorf("%+v: %+v", step, s)
		}
	}
}

// A cursor that moves twice in a batch, and one that reaches what is in it.
func TestMoveReadInBatch(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	defer r.close()
	say := func() { _ = r.Submit(time.Now(), []Send{single("a", "b", "")}) }
	say()
	r.commitAll()
	num := r.Head("single_a:b").Num
	say()
	for seq := uint64(1); seq <= 3; seq++ {
		_ = r.inbox.put(item{do: func(tx *Tx) {
			from, to, err := tx.MoveRead("b", num, seq)
			if from != seq-1 || to != min(seq, 2) || err != nil {
				t.Errorf("%d: from %d to %d, %v", seq, from, to, err)
			}
		}})
	}
	_ = r.inbox.put(item{do: func(tx *Tx) {
		rec, _, _ := tx.Session("b", num)
		rec.Flags, rec.ClearedSeq = 1, 1
		tx.PutSession(rec)
		if !r.Head("single_a:b").Cleared() {
			t.Error("not known to be cleared")
		}
	}})
	r.commitAll()
	want := storage.Session{User: "b", Conv: num, Kind: 1, JoinSeq: 1, ReadSeq: 2, AckSeq: 2, Flags: 1, ClearedSeq: 1}
	if s := r.session("b", "single_a:b"); s != want {
		t.Errorf("%+v", s)
	}
}
