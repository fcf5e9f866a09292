package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// visitor makes an anonymous one.
func (s *site) visitor(name string) Actor {
	s.t.Helper()
	id, err := s.NewVisitor(context.Background(), name, nil)
	s.must(err)
	return Actor{User: id, Role: RoleVisitor}
}

// known is what is stored of a visitor.
func (s *site) known(id string) storage.DeskVisitor {
	s.t.Helper()
	s.sync()
	v, _, err := s.db.DeskVisitor(id)
	s.must(err)
	return v
}

func (s *site) identify(by Actor, user string) {
	s.t.Helper()
	s.must(s.Identify(context.Background(), by, user))
	if left := s.merging(); left != 0 {
		s.t.Errorf("%d merges haven't come to their end", left)
	}
}

func (s *site) merging() (n int) {
	s.must(s.db.DeskMerges(func(storage.DeskMerge) error { n++; return nil }))
	return n
}

func TestNewVisitor(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	id, err := s.NewVisitor(ctx, "Vera 👩‍👧", []byte(`{"page":"/cart"}`))
	s.must(err)
	if v := s.known(id); v.Name != "Vera 👩‍👧" || string(v.Attributes) != `{"page":"/cart"}` || v.CreatedAt == 0 || v.User != "" {
		t.Errorf("%+v", v)
	}
	if !strings.HasPrefix(id, VisitorPrefix) || !wire.ValidID(id) || s.visitor("").User == id {
		t.Error(id)
	}
	one, err := s.Open(ctx, Actor{User: id, Role: RoleVisitor}, NewSession{})
	s.must(err)
	if one.VisitorName != "Vera 👩‍👧" || string(one.Attributes) != `{"page":"/cart"}` {
		t.Errorf("%+v", one)
	}
	for _, c := range []struct{ name, attributes string }{
		{strings.Repeat("x", maxVisitorName+1), ""}, {"a\nb", ""}, {"\xff", ""}, {"a\u202eb", ""}, {"", "[]"}, {"", "null"},
		{"", `{"a":`}, {"", `{"a":"` + strings.Repeat("x", maxAttributes) + `"}`},
	} {
		_, err := s.NewVisitor(ctx, c.name, []byte(c.attributes))
		s.refused(err, wire.ReasonBadRequest)
	}
}

func TestIdentifyMovesAll(t *testing.T) {
	s := start(t, nil)
	s.agent("amy")
	v := s.visitor("Vera")
	old := s.ask(v.User, NewSession{Subject: "old"})
	s.talk(v.User, old.ID)
	s.end(v, old.ID)
	one := s.visit(v.User, "")
	s.talk(v.User, one.ID)
	s.identify(v, "alice")
	for range 2 {
		for _, id := range []string{old.ID, one.ID} {
			got := s.see(id)
			if got.Visitor != "alice" || !slices.Equal(got.Former, []string{v.User}) || got.Agent != "amy" || got.VisitorName != "Vera" {
				t.Errorf("%+v", got)
			}
		}
		if got := s.members(one.Conv); !slices.Equal(got, []string{"alice", "amy"}) {
			t.Errorf("members of the open one: %v", got)
		}
		if got := s.members(old.Conv); !slices.Equal(got, []string{"alice"}) {
			t.Errorf("members of the old one: %v", got)
		}
		if got := s.found(Actor{User: "alice"}, Filter{}) + s.found(v, Filter{}); got != "alice alice" {
			t.Errorf("finds %q", got)
		}
		if was, is := s.known(v.User), s.known("alice"); was.User != "alice" || was.Open != "" || is.Open != one.ID || is.Name != "Vera" {
			t.Errorf("%+v %+v", was, is)
		}
		s.identify(v, "alice") // once more does no harm
		s = s.restart(t)
	}
	s.talk("alice", one.ID)
	s.refused(s.chat.Refusal(s.say(v.User, one.ID)), wire.ReasonNotFound)
	s.logged(one.ID, "assigned/amy "+v.User+`:"x" identified/alice alice:"x"`)
	_, err := s.Open(context.Background(), v, NewSession{})
	s.refused(err, wire.ReasonConflict)
	if again := s.visit("alice", ""); again.ID != one.ID {
		t.Errorf("alice gets another session: %+v", again)
	}
}

func TestIdentifyRefuses(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	s.agent("amy")
	v := s.visitor("")
	for _, c := range []struct {
		by           Actor
		user, reason string
	}{
		{Actor{User: "carl"}, "alice", wire.ReasonForbidden}, {amy, "alice", wire.ReasonForbidden}, {backend, "alice", wire.ReasonForbidden},
		{v, "", wire.ReasonBadRequest}, {v, "no id", wire.ReasonBadRequest}, {v, v.User, wire.ReasonBadRequest},
		{v, s.visitor("").User, wire.ReasonBadRequest}, {v, "system", wire.ReasonBadRequest}, {v, "amy", wire.ReasonConflict},
	} {
		s.refused(s.Identify(ctx, c.by, c.user), c.reason)
	}
	s.identify(v, "alice")
	s.refused(s.Identify(ctx, v, "bob"), wire.ReasonConflict)
}

// Two visitors of one user, such as on two devices.
func TestIdentifyTwoVisitorsAsOneUser(t *testing.T) {
	s := start(t, nil)
	a, b := s.visitor("A"), s.visitor("B")
	one, two := s.visit(a.User, ""), s.visit(b.User, "")
	s.identify(a, "alice")
	s.identify(b, "alice")
	if got := s.see(one.ID); got.State != storage.DeskClosed || got.Reason != ReasonMerged || got.Visitor != "alice" {
		t.Errorf("%+v", got)
	}
	if got := s.see(two.ID); got.State != storage.DeskQueued || got.Visitor != "alice" || got.Position != 1 {
		t.Errorf("%+v", got)
	}
}

// TestWhichOpenSessionStays: that which an agent has, else that in which the
// visitor is.
func TestWhichOpenSessionStays(t *testing.T) {
	for _, c := range []struct{ user, visitor, stays bool }{ // who has an agent, and whether the visitor's stays
		{false, false, true}, {false, true, true}, {true, false, false}, {true, true, true},
	} {
		s := start(t, nil)
		s.skill(Skill{ID: "law"})
		s.agent("amy")
		skill := map[bool]string{true: "", false: "law"} // nobody knows the law
		theirs := s.visit("alice", skill[c.user])
		v := s.visitor("")
		mine := s.visit(v.User, skill[c.visitor])
		s.identify(v, "alice")
		stays, goes := s.see(mine.ID), s.see(theirs.ID)
		if !c.stays {
			stays, goes = goes, stays
		}
		if stays.State == storage.DeskClosed || goes.Reason != ReasonMerged || stays.Visitor != "alice" || goes.Visitor != "alice" {
			t.Errorf("%+v: %v stays, %v goes for %q", c, stays.State, goes.State, goes.Reason)
		}
		is, was := s.known("alice"), s.known(v.User)
		if is.Open != stays.ID || was.Open != "" {
			t.Errorf("%+v: open %q, %q", c, is.Open, was.Open)
		}
		if (is.LastAgent == "amy") != (c.user && c.visitor) { // the one that has ended had her
			t.Errorf("%+v: last agent %q", c, is.LastAgent)
		}
		s.close()
	}
}

// What the visitor has read the user has read, also what wasn't stored yet.
func TestIdentifyMovesReadingPlaces(t *testing.T) {
	s := start(t, nil)
	s.agent("amy")
	v := s.visitor("")
	one := s.visit(v.User, "") // 1 is the event
	for range 3 {
		s.talk("amy", one.ID)
	}
	s.talk(v.User, one.ID) // 5
	s.must(s.do(func(tx *sequencer.Tx) error {
		rec, _, err := tx.Session(v.User, one.Conv)
		rec.ReadSeq, rec.PinnedAt = 3, 17
		tx.PutSession(rec)
		return err
	}))
	s.must(s.seq.Move([]sequencer.Cursor{{User: v.User, Conv: one.Conv, Seq: 4}}))
	s.identify(v, "alice")
	got, ok, err := s.db.Session("alice", one.Conv)
	s.must(err)
	if !ok || got.Left || got.JoinSeq != 1 || got.AckSeq != 4 || got.ReadSeq != 3 || got.SentSeq != 5 || got.PinnedAt != 17 {
		t.Errorf("%+v", got)
	}
	if was, ok, err := s.db.Session(v.User, one.Conv); err != nil || ok && !was.Left {
		t.Errorf("%+v %v", was, err)
	}
}

// More sessions than one command moves, and a crash after the first one.
func TestIdentifyGoesOnAfterACrash(t *testing.T) {
	fs := vfs.NewCrashableMem()
	s := open(t, fs, usual())
	t.Cleanup(s.close)
	v := s.visitor("Vera")
	var ids []string
	for range 2*mergeStep + 7 {
		one := s.visit(v.User, "")
		s.end(v, one.ID)
		ids = append(ids, one.ID)
	}
	one := s.visit(v.User, "")
	m := storage.DeskMerge{Visitor: v.User, User: "alice"}
	s.must(s.do(func(tx *sequencer.Tx) error { return s.Desk.identify(tx, m) }))
	if s.merging() != 1 || s.see(one.ID).Visitor != "alice" || s.see(ids[0]).Visitor != v.User {
		t.Errorf("%d merges, the open one is %s's, a closed one %s's", s.merging(), s.see(one.ID).Visitor, s.see(ids[0]).Visitor)
	}
	crashed := fs.CrashClone(vfs.CrashCloneCfg{})
	s.close()
	s = open(t, crashed, usual())
	t.Cleanup(s.close)
	deadline := time.Now().Add(time.Minute)
	for s.merging() > 0 {
		if time.Now().After(deadline) {
			t.Fatal("the merge doesn't come to its end")
		}
		s.sync()
	}
	for i, id := range ids {
		if got := s.see(id); got.Visitor != "alice" || !slices.Equal(got.Former, []string{v.User}) {
			t.Fatalf("session %d is %s's, formerly %v", i, got.Visitor, got.Former)
		}
	}
	s.identify(v, "alice")
	if n := strings.Count(s.found(Actor{User: "alice"}, Filter{}), "alice"); n != len(ids)+1 {
		t.Errorf("alice finds %d sessions", n)
	}
}

// The last agent knows the user as they knew the visitor.
func TestIdentifyKeepsTheLastAgent(t *testing.T) {
	s := start(t, nil)
	s.agent("amy")
	s.agent("bea")
	v := s.visitor("")
	one := s.visit(v.User, "")
	s.end(v, one.ID)
	s.identify(v, "alice")
	for i := range 3 { // so that the other one is the next
		s.visit(fmt.Sprint("v", i), "")
	}
	if got := s.visit("alice", ""); got.Agent != one.Agent {
		t.Errorf("%s, before it was %s", got.Agent, one.Agent)
	}
}
