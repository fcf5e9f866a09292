package storage

import (
	"fmt"
	"strings"
	"testing"
)

// service makes the conversation of a session, or of its notes, with members.
func service(b *Batch, conv uint64, id string, users ...string) {
	b.PutConversation(Conversation{Num: conv, ID: "service_" + id, Kind: 3})
	b.PutGroup(Group{Conv: conv, ID: id, Members: uint32(len(users))})
	for _, user := range users {
		b.PutMember(conv, Member{User: user, JoinSeq: 1})
		b.PutSession(Session{User: user, Conv: conv, Kind: 3, JoinSeq: 1})
	}
}

// desk is one session of every state, by id, each with a conversation of its
// own.
type desk map[string]DeskSession

func newDesk() desk {
	return desk{
		"q1": {Conv: 11, Visitor: "v1", State: DeskQueued, Order: 1, Excluded: []string{"a"}},
		"q2": {Conv: 12, Visitor: "v2", State: DeskQueued, Order: 2},
		"as": {Conv: 13, Visitor: "v3", State: DeskAssigned, Agent: "a", Order: 2, Excluded: []string{"b"}},
		"ac": {Conv: 14, Staff: 24, Visitor: "v4", State: DeskActive, Agent: "a", Tags: []string{"t", "u"}},
		"of": {Conv: 15, Visitor: "v5", State: DeskOffline, Order: 2},
		"cl": {Conv: 16, Staff: 26, Visitor: "v1", State: DeskClosed, Agent: "a", ClosedAt: 9, Reason: "agent", Rating: 5, RatedAt: 10},
	}
}

// put stores the desk.
func (d desk) put(b *Batch) {
	for id, s := range d {
		s.ID, s.CreatedAt = id, int64(s.Conv)
		users := []string{s.Visitor}
		if s.State == DeskAssigned || s.State == DeskActive {
			users = append(users, s.Agent)
		}
		service(b, s.Conv, id, users...)
		if s.Staff != 0 {
			service(b, s.Staff, id+".staff", "a")
		}
		b.PutDeskSession(s, nil)
		d[id] = s
	}
	b.PutDeskVisitor(DeskVisitor{ID: "v1", Open: "q1", LastAgent: "a"})
	b.PutDeskVisitor(DeskVisitor{ID: "v0", User: "v1"})
	b.PutDeskMerge(DeskMerge{Visitor: "v0", User: "v1"})
	b.PutDeskAgent(DeskAgent{User: "a"})
	b.PutDeskSkill(DeskSkill{ID: "k", Fallback: "l"})
	b.PutDeskSkill(DeskSkill{ID: "l", Fallback: "k"})
	b.PutDeskReply(DeskReply{ID: "r"})
}

// change replaces a session, with its indexes.
func (d desk) change(id string, change func(*DeskSession)) func(*Batch) {
	return func(b *Batch) {
		old := d[id]
		s := old
		change(&s)
		b.PutDeskSession(s, &old)
	}
}

func TestVerifyDesk(t *testing.T) {
	db := openDesk(t)
	write(t, db, newDesk().put)
	c := verify(t, db)
	want := Counts{
		Conversations: 8, Groups: 8, Members: 10, Sessions: 10,
		DeskSessions: 6, DeskOpen: 5, DeskIndexes: 6 + 6 + 5 + 3 + 2,
		DeskAgents: 1, DeskSkills: 2, DeskReplies: 1, DeskVisitors: 2,
	}
	if c != want {
		t.Errorf("%+v; want %+v", c, want)
	}
}

// deskFaults are damages to a desk, each with a part of what is said of it.
func deskFaults(d desk) map[string]func(*Batch) {
	faults := map[string]func(*Batch){
		`desk session "q1": queued with agent "a"`:   d.change("q1", func(s *DeskSession) { s.Agent = "a" }),
		`desk session "of": offline with agent "a"`:  d.change("of", func(s *DeskSession) { s.Agent = "a" }),
		`desk session "as": assigned without an`:     d.change("as", func(s *DeskSession) { s.Agent = "" }),
		`desk session "ac": active without an agent`: d.change("ac", func(s *DeskSession) { s.Agent = "" }),
		`assigned to agent "a", who is excluded`:     d.change("as", func(s *DeskSession) { s.Excluded = []string{"b", "a"} }),
		`active to agent "a", who is excluded`:       d.change("ac", func(s *DeskSession) { s.Excluded = []string{"a"} }),
		`"cl": closed, but closed at 0 for`:          d.change("cl", func(s *DeskSession) { s.ClosedAt = 0 }),
		`closed, but closed at 9 for reason ""`:      d.change("cl", func(s *DeskSession) { s.Reason = "" }),
		`"ac": active, but closed at 5 for`:          d.change("ac", func(s *DeskSession) { s.ClosedAt = 5 }),
		`"of": offline, but closed at 0 for`:         d.change("of", func(s *DeskSession) { s.Reason = "silent" }),
		"rating 6 given at 10":                       d.change("cl", func(s *DeskSession) { s.Rating = 6 }),
		"rating 5 given at 0":                        d.change("cl", func(s *DeskSession) { s.RatedAt = 0 }),
		"rating 0 given at 7":                        d.change("ac", func(s *DeskSession) { s.RatedAt = 7 }),
		`visitor "v1" has the open session "q1"`:     d.change("q2", func(s *DeskSession) { s.Visitor = "v1" }),
		`"q2": order 1 in the queue is that of`:      d.change("q2", func(s *DeskSession) { s.Order = 1 }),
		`is "service_q1" of kind 3, not "service_a`:  d.change("as", func(s *DeskSession) { s.Staff = 11 }),
		"conversation 99 doesn't exist":              d.change("q1", func(s *DeskSession) { s.Staff = 99 }),
		`visitor "v9" is no member of conversation`:  d.change("q1", func(s *DeskSession) { s.Visitor = "v9" }),
		`agent "b" is no member of conversation 14`:  d.change("ac", func(s *DeskSession) { s.Agent = "b" }),
		`agent "c" is no member of conversation 13`:  d.change("as", func(s *DeskSession) { s.Agent = "c" }),
		`"v1" is a member of the staff's`:            func(b *Batch) { service(b, 26, "cl.staff", "a", "v1") },
		`is "service_q1" of kind 2, not`:             func(b *Batch) { b.PutConversation(Conversation{Num: 11, ID: "service_q1", Kind: 2}) },
		`is "x" of kind 3, not "service_ac.staff"`:   func(b *Batch) { b.PutConversation(Conversation{Num: 24, ID: "x", Kind: 3}) },
		"conversation 12 has no members":             func(b *Batch) { b.DeleteGroup(12) },
		`session "as" isn't open, or isn't`:          func(b *Batch) { b.PutDeskVisitor(DeskVisitor{ID: "v1", Open: "as"}) },
		`session "cl" isn't open, or isn't`:          func(b *Batch) { b.PutDeskVisitor(DeskVisitor{ID: "v1", Open: "cl"}) },
		`session "no" isn't open, or isn't`:          func(b *Batch) { b.PutDeskVisitor(DeskVisitor{ID: "v7", Open: "no"}) },
		`falls back to "l", which doesn't exist`:     func(b *Batch) { b.DeleteDeskSkill("l") },
		`wasn't identified as "v2"`:                  func(b *Batch) { b.PutDeskMerge(DeskMerge{Visitor: "v0", User: "v2"}) },
		`merge "v5": the visitor wasn't`:             func(b *Batch) { b.PutDeskMerge(DeskMerge{Visitor: "v5", User: "v2"}) },
		"no such session":                            func(b *Batch) { b.deleteDesk(deskSession, "q2") },
	}
	for kind, name := range map[byte]string{
		deskSession: "bad desk session", deskAgent: "bad desk agent", deskSkill: "bad desk skill",
		deskReply: "bad desk reply", deskVisitor: "bad desk visitor", deskMerge: "bad desk merge",
	} {
		faults[name] = func(b *Batch) { _ = b.p.Set(appendDeskKey(nil, kind, "x"), []byte{1}, nil) }
	}
	for _, kind := range []byte{'!', 'z', 0xff} {
		key := []byte{prefixDesk, kind, 'x'}
		faults[fmt.Sprintf("key %q: unknown kind", key)] = func(b *Batch) { _ = b.p.Set(key, nil, nil) }
	}
	faults[`key "v": unknown kind`] = func(b *Batch) { _ = b.p.Set([]byte{prefixDesk}, nil, nil) }
	return faults
}

// indexFaults are missing rows of an index, and those that are too many.
func indexFaults(d desk) map[string]func(*Batch) {
	faults := make(map[string]func(*Batch))
	for _, c := range []struct {
		id   string
		x    deskIndex
		says string
	}{
		{"ac", deskIndex{kind: deskOpen}, "open"},
		{"of", deskIndex{kind: deskOpen}, "open"},
		{"cl", deskIndex{kind: deskCreated}, "created"},
		{"cl", deskIndex{deskByAgent, "a"}, `agent="a"`},
		{"q1", deskIndex{deskByVisitor, "v1"}, `visitor="v1"`},
		{"ac", deskIndex{deskByTag, "u"}, `tag="u"`},
	} {
		row := fmt.Sprintf("desk index %s time=%d session=%q", c.says, d[c.id].Conv, c.id)
		faults[fmt.Sprintf("desk session %q: isn't in its index: no %s", c.id, row)] = func(b *Batch) {
			_ = b.p.Delete(c.x.appendKey(nil, deskPlace{int64(d[c.id].Conv), c.id}), nil)
		}
	}
	for _, c := range []struct {
		p    deskPlace
		x    deskIndex
		says string
	}{
		{deskPlace{16, "cl"}, deskIndex{kind: deskOpen}, "open time=16"},
		{deskPlace{17, "cl"}, deskIndex{kind: deskCreated}, "created time=17"},
		{deskPlace{16, "cl"}, deskIndex{deskByAgent, "b"}, `agent="b" time=16`},
		{deskPlace{11, "q1"}, deskIndex{deskByVisitor, "v2"}, `visitor="v2" time=11`},
		{deskPlace{12, "q2"}, deskIndex{deskByTag, "t"}, `tag="t" time=12`},
	} {
		faults[fmt.Sprintf("desk index %s session=%q: its session doesn't belong there", c.says, c.p.id)] = func(b *Batch) {
			_ = b.p.Set(c.x.appendKey(nil, c.p), []byte{deskIndexVersion}, nil)
		}
	}
	faults["bad desk index"] = func(b *Batch) { _ = b.p.Set([]byte{prefixDesk, deskByTag, 't', 0, 1}, []byte{deskIndexVersion}, nil) }
	return faults
}

// Verify flags every fault of a desk.
func TestVerifyFlagsDesk(t *testing.T) {
	d := newDesk()
	intact := openDesk(t)
	write(t, intact, d.put) // fills in what the faults change
	for _, faults := range []map[string]func(*Batch){deskFaults(d), indexFaults(d)} {
		for want, damage := range faults {
			db := openDesk(t)
			write(t, db, newDesk().put)
			write(t, db, damage)
			var problems []string
			if _, err := db.Verify(func(p Problem) { problems = append(problems, p.String()) }); err != nil {
				t.Errorf("%s: %v", want, err)
			}
			if !strings.Contains(strings.Join(problems, "\n"), want) {
				t.Errorf("no %q in %q", want, problems)
			}
		}
	}
}
