package storage

import (
	"bytes"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// What the desk makes conversations with.
const (
	serviceKind   = 3
	servicePrefix = "service_"
	staffSuffix   = ".staff"
)

// deskWalk is what the walk over the desk's records has met.
type deskWalk struct {
	*verifier
	open   map[string]string // the open session of each visitor
	orders map[uint64]string // the session with each place in the queue
	skills map[string]string // the fallback of each skill group
}

func (v *verifier) desk() error {
	w := &deskWalk{verifier: v, open: make(map[string]string), orders: make(map[uint64]string), skills: make(map[string]string)}
	for _, walk := range []func() error{w.sessions, w.indexes, w.visitors, w.skillGroups, w.fallbacks, w.agents, w.replies, w.merges} {
		if err := walk(); err != nil {
			return err
		}
	}
	return nil
}

// eachDesk walks all rows of the desk that are of one kind.
func (w *deskWalk) eachDesk(kind byte, fn func(key, value []byte) error) error {
	return w.eachIn([]byte{prefixDesk, kind}, []byte{prefixDesk, kind + 1}, fn)
}

// deskStranger reports a row of the desk that no walk looks at, and goes on to
// the next kind.
func (v *verifier) deskStranger(it *pebble.Iterator) bool {
	key := it.Key()
	if len(key) < 2 {
		v.problem(key, "unknown kind of record")
		return it.Next()
	}
	kind := key[1]
	if !slices.Contains(deskRecords, kind) && !slices.Contains(deskIndexes, kind) {
		v.problem(key, "unknown kind of record")
	}
	if kind == 0xff {
		return it.SeekGE([]byte{prefixDesk + 1})
	}
	return it.SeekGE([]byte{prefixDesk, kind + 1})
}

func (w *deskWalk) sessions() error {
	return w.eachDesk(deskSession, func(key, value []byte) error {
		w.counts.DeskSessions++
		s, err := decodeDeskSession(key, value)
		if err != nil {
			return err
		}
		w.state(key, &s)
		for _, check := range []func([]byte, *DeskSession) error{w.indexed, w.conversations, w.membership} {
			if err := check(key, &s); err != nil {
				return err
			}
		}
		if s.IsOpen() {
			w.counts.DeskOpen++
			w.alone(key, &s)
		}
		return nil
	})
}

// state holds what a session says of itself against its state.
func (w *deskWalk) state(key []byte, s *DeskSession) {
	switch hasAgent := s.Agent != ""; s.State {
	case DeskQueued, DeskOffline:
		if hasAgent {
			w.problem(key, "%v with agent %q", s.State, s.Agent)
		}
	case DeskAssigned, DeskActive:
		if !hasAgent {
			w.problem(key, "%v without an agent", s.State)
		}
		if slices.Contains(s.Excluded, s.Agent) {
			w.problem(key, "%v to agent %q, who is excluded", s.State, s.Agent)
		}
	}
	if closed := !s.IsOpen(); closed != (s.ClosedAt > 0) || closed != (s.Reason != "") {
		w.problem(key, "%v, but closed at %d for reason %q", s.State, s.ClosedAt, s.Reason)
	}
	if s.Rating > 5 || (s.Rating > 0) != (s.RatedAt > 0) {
		w.problem(key, "rating %d given at %d", s.Rating, s.RatedAt)
	}
}

// alone reports an open session whose visitor, or whose place in the queue,
// has another one.
func (w *deskWalk) alone(key []byte, s *DeskSession) {
	if other, found := w.open[s.Visitor]; found {
		w.problem(key, "visitor %q has the open session %q, too", s.Visitor, other)
	}
	w.open[s.Visitor] = s.ID
	if s.State != DeskQueued {
		return
	}
	if other, found := w.orders[s.Order]; found {
		w.problem(key, "order %d in the queue is that of session %q, too", s.Order, other)
	}
	w.orders[s.Order] = s.ID
}

// indexed looks for the rows of a session in all indexes.
func (w *deskWalk) indexed(key []byte, s *DeskSession) error {
	for _, x := range s.indexes() {
		row := x.appendKey(nil, s.place())
		found, err := get(w.r, row, func(_, _ []byte) error { return nil })
		if err != nil {
			return err
		}
		if !found {
			w.problem(key, "isn't in its index: no %s", describeKey(row))
		}
	}
	return nil
}

// conversations holds a session against its conversation and that of the staff.
func (w *deskWalk) conversations(key []byte, s *DeskSession) error {
	if err := w.service(key, s.Conv, servicePrefix+s.ID); err != nil || s.Staff == 0 {
		return err
	}
	return w.service(key, s.Staff, servicePrefix+s.ID+staffSuffix)
}

func (w *deskWalk) service(key []byte, conv uint64, id string) error {
	if !w.known(key, conv) {
		return nil
	}
	c, found, err := findNumber(w.r, conv)
	if err == nil && found && (c.Kind != serviceKind || c.ID != id) {
		w.problem(key, "conversation %d is %q of kind %d, not %q", conv, c.ID, c.Kind, id)
	}
	if _, group := w.members[conv]; !group {
		w.problem(key, "conversation %d has no members", conv)
	}
	return err
}

// membership holds a session against the members of its conversations.
func (w *deskWalk) membership(key []byte, s *DeskSession) error {
	if err := w.member(key, s.Conv, s.Visitor, "visitor", true); err != nil {
		return err
	}
	if s.Staff != 0 {
		if err := w.member(key, s.Staff, s.Visitor, "visitor", false); err != nil {
			return err
		}
	}
	if s.State != DeskAssigned && s.State != DeskActive || s.Agent == "" {
		return nil
	}
	return w.member(key, s.Conv, s.Agent, "agent", true)
}

// member reports a user who should be a member of a conversation and isn't, or
// the other way round.
func (w *deskWalk) member(key []byte, conv uint64, user, who string, want bool) error {
	_, found, err := findMember(w.r, conv, user)
	switch {
	case err != nil:
		return err
	case want && !found:
		w.problem(key, "%s %q is no member of conversation %d", who, user, conv)
	case found && !want:
		w.problem(key, "%s %q is a member of the staff's conversation %d", who, user, conv)
	}
	return nil
}

// indexes walks all index rows: each has a session that stands there.
func (w *deskWalk) indexes() error {
	for _, kind := range deskIndexes {
		err := w.eachDesk(kind, func(key, value []byte) error {
			w.counts.DeskIndexes++
			p, err := decodeDeskIndex(key, value)
			if err != nil {
				return err
			}
			s, err := sessionAt(w.r, key, p)
			if err == nil && !s.standsAt(key) {
				w.problem(key, "its session doesn't belong there")
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// standsAt reports whether an index row is one of the session's.
func (s *DeskSession) standsAt(row []byte) bool {
	return slices.ContainsFunc(s.indexes(), func(x deskIndex) bool {
		return bytes.Equal(x.appendKey(nil, s.place()), row)
	})
}

func (w *deskWalk) visitors() error {
	return w.eachDesk(deskVisitor, func(key, value []byte) error {
		w.counts.DeskVisitors++
		v, err := decodeDeskVisitor(key, value)
		if err == nil && v.Open != "" && w.open[v.ID] != v.Open {
			w.problem(key, "session %q isn't open, or isn't this visitor's", v.Open)
		}
		return err
	})
}

func (w *deskWalk) skillGroups() error {
	return w.eachDesk(deskSkill, func(key, value []byte) error {
		w.counts.DeskSkills++
		s, err := decodeDeskSkill(key, value)
		if err == nil {
			w.skills[s.ID] = s.Fallback
		}
		return err
	})
}

// fallbacks looks for the skill groups that others fall back to.
func (w *deskWalk) fallbacks() error {
	for id, fallback := range w.skills {
		if _, found := w.skills[fallback]; !found && fallback != "" {
			w.problem(appendDeskKey(nil, deskSkill, id), "falls back to %q, which doesn't exist", fallback)
		}
	}
	return nil
}

func (w *deskWalk) agents() error {
	return w.eachDesk(deskAgent, func(key, value []byte) error {
		w.counts.DeskAgents++
		_, err := decodeDeskAgent(key, value)
		return err
	})
}

func (w *deskWalk) replies() error {
	return w.eachDesk(deskReply, func(key, value []byte) error {
		w.counts.DeskReplies++
		_, err := decodeDeskReply(key, value)
		return err
	})
}

// merges walks the visitors whose sessions are on their way to a user.
func (w *deskWalk) merges() error {
	return w.eachDesk(deskMerge, func(key, value []byte) error {
		m, err := decodeDeskMerge(key, value)
		if err != nil {
			return err
		}
		v, found, err := find(w.r, appendDeskKey(nil, deskVisitor, m.Visitor), decodeDeskVisitor)
		if err == nil && (!found || v.User != m.User) {
			w.problem(key, "the visitor wasn't identified as %q", m.User)
		}
		return err
	})
}
