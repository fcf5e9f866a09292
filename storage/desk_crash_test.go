package storage

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// deskHistory is what a desk has done: each of its visitors has asked so many
// times.
type deskHistory struct {
	conv uint64
	open [4]DeskSession // of each visitor
}

// step takes the session of some visitor one state further: all that belongs to
// it changes in one batch.
func (h *deskHistory) step(b *Batch, rng *rand.Rand, now int64) {
	n := rng.IntN(len(h.open))
	old := h.open[n]
	s := old
	switch s.State {
	case DeskQueued:
		s.State, s.Agent, s.AssignedAt = DeskAssigned, fmt.Sprint("agent", rng.IntN(2)), now
		s.Tags = []string{s.Agent}
	case DeskAssigned:
		s.State, s.ClosedAt, s.Reason, s.Tags = DeskClosed, now+1, "agent", nil
	default:
		h.conv++
		s = DeskSession{ID: fmt.Sprint("s", h.conv), Conv: 100 + h.conv, State: DeskQueued, CreatedAt: now + 1, Order: h.conv, Visitor: fmt.Sprint("v", n)}
		service(b, s.Conv, s.ID, s.Visitor)
		old = DeskSession{}
	}
	h.open[n] = s
	put(b, s, old, now)
}

// put stores a session in its new state.
func put(b *Batch, s, old DeskSession, now int64) {
	if old.State == 0 {
		b.PutDeskSession(s, nil)
	} else {
		b.PutDeskSession(s, &old)
	}
	v := DeskVisitor{ID: s.Visitor, LastAgent: s.Agent, SeenAt: now, Open: s.ID}
	g := Group{Conv: s.Conv, ID: s.ID, Members: 1}
	agent := Session{User: s.Agent, Conv: s.Conv, Kind: 3, JoinSeq: 1}
	switch s.State {
	case DeskAssigned:
		g.Members++
		b.PutMember(s.Conv, Member{User: s.Agent, JoinSeq: 1})
		b.PutSession(agent)
	case DeskClosed:
		agent.Left, v.Open = true, ""
		b.DeleteMember(s.Conv, s.Agent)
		b.PutSession(agent)
	}
	b.PutGroup(g)
	b.PutDeskVisitor(v)
}

// checkDesk holds what the desk has done against the messages of the same batches.
func checkDesk(t *testing.T, db *DB) {
	t.Helper()
	last, err := db.LastID()
	if err != nil {
		t.Error(err)
	}
	err = eachDesk(db, deskVisitor, decodeDeskVisitor, func(v DeskVisitor) error {
		if uint64(v.SeenAt) > last {
			t.Errorf("visitor %q was seen after message %d, the last is %d", v.ID, v.SeenAt, last)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
