package storage

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"
)

// deskFull is a session of the desk that has everything.
var deskFull = DeskSession{
	ID: "s1", Conv: 300, Staff: 301,
	Visitor: "v1", VisitorName: "Vi", Agent: "a1", Former: []string{"v0"},
	State: DeskClosed, Skill: "k1", Subject: "a subject", Priority: -7, Order: 1 << 40, Attributes: []byte(`{"page":"/"}`),
	CreatedAt: 1001, QueuedAt: 1002, AssignedAt: 1003, FirstReplyAt: 1004, SpokenAt: 1005, ClosedAt: 1006,
	Turn: DeskTurnVisitor, TurnAt: 1007,
	LostAt: 1008, ReplyAt: 1009, WarnAt: 1010, CloseAt: 1011, OfflineAt: 1012, FallbackAt: 1013,
	Reassigned: 2, Excluded: []string{"a2", "a3"}, Watchers: []string{"b1", "b2"}, Joined: []string{"b1"}, Tags: []string{"t1", "t2"},
	Reason: "agent", ClosedBy: "a0", Rating: 5, Comment: "well", RatedAt: 1014,
}

// deskWith is deskFull with a change.
func deskWith(change func(*DeskSession)) DeskSession {
	s := deskFull
	s.Tags = slices.Clone(s.Tags)
	change(&s)
	return s
}

// openDesk opens a database that need not be sound: its sessions have no
// conversations.
func openDesk(t testing.TB) *DB {
	t.Helper()
	db, err := Open(options(t, vfs.NewMem()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// No field is left out of the record.
func TestDeskFullHasEverything(t *testing.T) {
	v := reflect.ValueOf(deskFull)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("no %s", v.Type().Field(i).Name)
		}
	}
}

func TestDeskSession(t *testing.T) {
	db := openDesk(t)
	write(t, db, func(b *Batch) { b.PutDeskSession(deskFull, nil) })
	if got, found, err := db.DeskSession("s1"); !found || !reflect.DeepEqual(got, deskFull) || err != nil {
		t.Errorf("%+v, %v, %v", got, found, err)
	}
	for _, id := range []string{"s", "s10", ""} {
		if _, found, err := db.DeskSession(id); found || err != nil {
			t.Errorf("%q: %v, %v", id, found, err)
		}
	}
	for state, want := range map[DeskState]string{
		DeskQueued: "queued", DeskAssigned: "assigned", DeskActive: "active", DeskOffline: "offline", DeskClosed: "closed", 0: "none",
	} {
		if s := (DeskSession{State: state}); state.String() != want || s.IsOpen() != (want != "closed") {
			t.Errorf("%v, open: %v; want %s", state, s.IsOpen(), want)
		}
	}
}

func TestOpenDeskSessions(t *testing.T) {
	db := openDesk(t)
	states := []DeskState{DeskQueued, DeskClosed, DeskAssigned, DeskOffline, DeskActive}
	write(t, db, func(b *Batch) {
		for i, state := range states {
			b.PutDeskSession(deskWith(func(s *DeskSession) { s.ID, s.State, s.CreatedAt = string(rune('a'+i)), state, int64(9-i) }), nil)
		}
	})
	var got []DeskState
	if err := db.OpenDeskSessions(func(s DeskSession) error { got = append(got, s.State); return nil }); err != nil {
		t.Fatal(err)
	}
	if want := []DeskState{DeskActive, DeskOffline, DeskAssigned, DeskQueued}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v; want %v", got, want)
	}
	stop := errors.New("enough")
	if err := db.OpenDeskSessions(func(DeskSession) error { return stop }); err != stop {
		t.Error(err)
	}
}

// eachDeskRecord collects what one of the lists hands out.
func eachDeskRecord[T any](t *testing.T, each func(func(T) error) error) (list []T) {
	t.Helper()
	if err := each(func(record T) error { list = append(list, record); return nil }); err != nil {
		t.Error(err)
	}
	stop := errors.New("enough")
	if err := each(func(T) error { return stop }); len(list) > 0 && err != stop {
		t.Error(err)
	}
	return list
}

func TestDeskRecords(t *testing.T) {
	db := open(t, vfs.NewMem())
	agents := []DeskAgent{
		{User: "a", Name: "Al", Role: 2, Status: 1, MaxSessions: 5, Skills: []string{"k", "l"}, AssignedAt: 1 << 41, CreatedAt: 5, Managed: true},
		{User: "ab"}, {User: "b"},
	}
	skills := []DeskSkill{{"k", "Sales", "l", 30_000}, {ID: "l"}}
	replies := []DeskReply{{"r", "a", "Hello", "How can I help?", "k", 1 << 41}, {ID: "s"}}
	visitor := DeskVisitor{"v", "Vi", []byte(`{"a":1}`), "u", 1 << 41, 1<<41 + 1, "a", "", 1<<41 + 2}
	write(t, db, func(b *Batch) {
		for _, i := range []int{2, 0, 1} {
			b.PutDeskAgent(agents[i])
		}
		for i := range skills {
			b.PutDeskSkill(skills[1-i])
			b.PutDeskReply(replies[1-i])
		}
		b.PutDeskVisitor(visitor)
		b.PutDeskMerge(DeskMerge{"v", "u"})
	})
	wantList(t, eachDeskRecord(t, db.DeskAgents), nil, agents...)
	wantList(t, eachDeskRecord(t, db.DeskSkills), nil, skills...)
	wantList(t, eachDeskRecord(t, db.DeskReplies), nil, replies...)
	got, found, err := db.DeskReply("r")
	wantFound(t, got, found, err, replies[0])
	got, found, err = db.DeskReply("a")
	wantFound(t, got, found, err, DeskReply{})
	if got, found, err := db.DeskVisitor("v"); !found || !reflect.DeepEqual(got, visitor) || err != nil {
		t.Errorf("%+v, %v, %v", got, found, err)
	}
	if _, found, err := db.DeskVisitor("u"); found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
	wantList(t, eachDeskRecord(t, db.DeskMerges), nil, DeskMerge{"v", "u"})
	if c := verify(t, db); c.DeskAgents != 3 || c.DeskSkills != 2 || c.DeskReplies != 2 || c.DeskVisitors != 1 {
		t.Errorf("%+v", c)
	}
	write(t, db, func(b *Batch) {
		b.DeleteDeskAgent("ab")
		b.DeleteDeskReply("r")
		b.PutDeskSkill(DeskSkill{ID: "k"})
		b.DeleteDeskSkill("l")
		b.DeleteDeskMerge("v")
	})
	wantList(t, eachDeskRecord(t, db.DeskAgents), nil, agents[0], agents[2])
	wantList(t, eachDeskRecord(t, db.DeskSkills), nil, DeskSkill{ID: "k"})
	wantList(t, eachDeskRecord(t, db.DeskReplies), nil, replies[1])
	wantList(t, eachDeskRecord(t, db.DeskMerges), nil)
}

func TestDeskRoundTrip(t *testing.T) {
	names := rapid.SliceOfN(text, 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		s := DeskSession{ID: text.Draw(t, "id"), Conv: rapid.Uint64Min(1).Draw(t, "conv")}
		for _, p := range s.texts() {
			*p = rapid.String().Draw(t, "text")
		}
		for _, p := range s.lists() {
			*p = none(names.Draw(t, "list"))
		}
		for _, p := range s.times() {
			*p = rapid.Int64().Draw(t, "time")
		}
		s.Staff, s.Order, s.Reassigned = rapid.Uint64().Draw(t, "staff"), rapid.Uint64().Draw(t, "order"), rapid.Uint32().Draw(t, "n")
		s.Priority, s.Rating, s.Turn = rapid.Int32().Draw(t, "priority"), bytes8.Draw(t, "rating"), rapid.Uint8Range(0, 2).Draw(t, "turn")
		s.State, s.CreatedAt = DeskState(rapid.Uint8Range(1, 5).Draw(t, "state")), rapid.Int64Min(1).Draw(t, "created")
		s.Visitor, s.Agent, s.Attributes = text.Draw(t, "visitor"), text.Draw(t, "agent"), none(rapid.SliceOf(rapid.Byte()).Draw(t, "attributes"))
		wantAlike(t, s, decodeDeskSession, appendDeskKey(nil, deskSession, s.ID), appendDeskSession(nil, &s))
		a := DeskAgent{
			User: s.Visitor, Name: s.VisitorName, Role: s.Rating, Status: s.Turn, MaxSessions: s.Reassigned,
			Skills: s.Tags, AssignedAt: s.TurnAt, CreatedAt: s.CreatedAt, Managed: rapid.Bool().Draw(t, "managed"),
		}
		wantAlike(t, a, decodeDeskAgent, appendDeskKey(nil, deskAgent, a.User), appendDeskAgent(nil, &a))
		k := DeskSkill{s.ID, s.Subject, s.Skill, s.WarnAt}
		wantSame(t, k, decodeDeskSkill, appendDeskKey(nil, deskSkill, k.ID), appendDeskSkill(nil, &k))
		r := DeskReply{s.ID, s.Agent, s.Subject, s.Comment, s.Skill, s.WarnAt}
		wantSame(t, r, decodeDeskReply, appendDeskKey(nil, deskReply, r.ID), appendDeskReply(nil, &r))
		v := DeskVisitor{s.Visitor, s.VisitorName, s.Attributes, s.Comment, s.CreatedAt, s.WarnAt, s.Agent, s.Subject, s.CloseAt}
		wantAlike(t, v, decodeDeskVisitor, appendDeskKey(nil, deskVisitor, v.ID), appendDeskVisitor(nil, &v))
		for _, x := range s.indexes() {
			wantSame(t, s.place(), decodeDeskIndex, x.appendKey(nil, s.place()), []byte{deskIndexVersion})
		}
	})
}

// none makes an empty slice nil, as decoders do.
func none[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// wantAlike is wantSame for records with slices.
func wantAlike[T any](t *rapid.T, want T, decode func(key, value []byte) (T, error), key, value []byte) {
	got, err := decode(key, value)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, %v; want %+v", got, err, want)
	}
	if _, err := decode(key, append(value, 0)); err == nil {
		t.Fatalf("%T with something after it decodes", want)
	}
	if _, err := decode(key, value[:len(value)-1]); err == nil {
		t.Fatalf("%T without its end decodes", want)
	}
}

func reencodeDesk(key, value []byte) (again []byte, ok bool) {
	if len(key) < 2 {
		return nil, false
	}
	switch key[1] {
	case deskSession:
		return encodeAgain(key, value, decodeDeskSession, func(s DeskSession) []byte { return appendDeskSession(nil, &s) })
	case deskAgent:
		return encodeAgain(key, value, decodeDeskAgent, func(a DeskAgent) []byte { return appendDeskAgent(nil, &a) })
	case deskSkill:
		return encodeAgain(key, value, decodeDeskSkill, func(s DeskSkill) []byte { return appendDeskSkill(nil, &s) })
	case deskReply:
		return encodeAgain(key, value, decodeDeskReply, func(r DeskReply) []byte { return appendDeskReply(nil, &r) })
	case deskVisitor:
		return encodeAgain(key, value, decodeDeskVisitor, func(v DeskVisitor) []byte { return appendDeskVisitor(nil, &v) })
	case deskMerge:
		return encodeAgain(key, value, decodeDeskMerge, func(m DeskMerge) []byte { return appendString([]byte{deskMergeVersion}, m.User) })
	}
	return encodeAgain(key, value, decodeDeskIndex, func(deskPlace) []byte { return []byte{deskIndexVersion} })
}

// What no batch takes is not taken from the disk either.
func TestDeskDecodersReject(t *testing.T) {
	key := appendDeskKey(nil, deskSession, "s1")
	for name, change := range map[string]func(*DeskSession){
		"no state": func(s *DeskSession) { s.State = 0 }, "unknown state": func(s *DeskSession) { s.State = DeskClosed + 1 },
		"unknown turn": func(s *DeskSession) { s.Turn = DeskTurnVisitor + 1 }, "nobody asks": func(s *DeskSession) { s.Visitor = "" },
		"no conversation": func(s *DeskSession) { s.Conv = 0 }, "never created": func(s *DeskSession) { s.CreatedAt = 0 },
		"empty tag": func(s *DeskSession) { s.Tags[0] = "" }, "NUL in agent": func(s *DeskSession) { s.Agent = "\x00" },
	} {
		s := deskWith(change)
		if got, err := decodeDeskSession(key, appendDeskSession(nil, &s)); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for name, value := range map[string][]byte{
		"flags": {deskAgentVersion, 2, 0, 0, 0, 0, 0, 0, 0}, "skills": {deskAgentVersion, 0, 0, 0, 0, 0, 9, 0, 0},
	} {
		if got, err := decodeDeskAgent(appendDeskKey(nil, deskAgent, "a"), value); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for n, value := range map[int64][]byte{1 << 31: {0x80, 0x80, 0x80, 0x80, 0x10}, -1<<31 - 1: {0x81, 0x80, 0x80, 0x80, 0x10}} {
		d, again := decoder{rest: value}, decoder{rest: value}
		if got := d.int32(); got != 0 || !d.bad || again.varint() != n {
			t.Errorf("%d is taken for %d", n, got)
		}
	}
}
