package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// lane has those who wait for the same agents, in the order in which they are to
// be served.
type lane struct {
	key  laneKey
	list []*session
}

type laneKey struct {
	skill  string // "": anybody
	fallen bool   // or an agent of its fallback group
	picky  bool   // not any of them: see session.rec.Excluded
}

// ahead orders those who wait: higher priorities first, then first come.
func ahead(a, b *session) int {
	return cmp.Or(
		cmp.Compare(b.rec.Priority, a.rec.Priority),
		cmp.Compare(a.rec.Order, b.rec.Order),
		strings.Compare(a.rec.ID, b.rec.ID),
	)
}

func (s *session) lane() laneKey { return laneKey{s.rec.Skill, s.fallen, picky(&s.rec)} }

// picky reports whether somebody isn't to get a session though they may serve its
// group. Such sessions have lanes of their own: others may help those, and whether
// looking further in a lane is of use is to be known of all in it.
func picky(r *storage.DeskSession) bool { return len(r.Excluded) > 0 }

func (f *floor) enqueue(s *session) {
	key := s.lane()
	l := f.lanes[key]
	if l == nil {
		l = &lane{key: key}
		f.lanes[key] = l
	}
	i, _ := slices.BinarySearchFunc(l.list, s, ahead)
	l.list = slices.Insert(l.list, i, s)
	f.stir = true
}

func (f *floor) unqueue(s *session) {
	l := f.lanes[s.lane()]
	if l == nil {
		return
	}
	i, ok := slices.BinarySearchFunc(l.list, s, ahead)
	switch {
	case !ok:
		return
	case i == 0: // most often, and then nothing has to move
		l.list[0] = nil
		l.list = l.list[1:]
	default:
		l.list = slices.Delete(l.list, i, i+1)
	}
	if len(l.list) == 0 {
		delete(f.lanes, l.key)
	}
}

// waiting is how many sessions wait, and since when the one that has for longest.
func (f *floor) waiting() (n int, since int64) {
	for _, l := range f.lanes {
		n += len(l.list)
		for _, s := range l.list {
			if since == 0 || s.rec.QueuedAt < since {
				since = s.rec.QueuedAt
			}
		}
	}
	return n, since
}

// length is how many sessions wait.
func (f *floor) length() (n int) {
	for _, l := range f.lanes {
		n += len(l.list)
	}
	return n
}

// position is a session's place among those who wait for the same skill group,
// from 1; 0 for one that doesn't wait.
func (f *floor) position(s *session) int {
	if s.rec.State != storage.DeskQueued {
		return 0
	}
	place := 1
	for _, l := range f.of(s.rec.Skill) {
		i, _ := slices.BinarySearchFunc(l.list, s, ahead)
		place += i
	}
	return place
}

// queue takes a session from whoever has it and lets it wait. It keeps its order,
// so that one that comes back is before those who came later.
func (d *Desk) queue(tx *sequencer.Tx, s *session, why cause) {
	old := s.agent
	d.crew(tx, s, old, nil)
	now := tx.Now()
	d.change(tx, s, func(r *storage.DeskSession) {
		why.change(r)
		r.State, r.Agent, r.QueuedAt = storage.DeskQueued, "", now
		d.setTurn(r, storage.DeskTurnAgent, now)
		r.LostAt, r.ReplyAt, r.WarnAt, r.CloseAt = 0, 0, 0, 0
		d.setWait(r)
	})
	d.tellCause(tx, s, old, why)
	d.tellQueued(tx, s)
	d.tellAgent(tx, old)
}

// setWait sets the deadlines of one that waits.
func (d *Desk) setWait(r *storage.DeskSession) {
	r.OfflineAt = after(r.QueuedAt, d.cfg.MaxWait)
	r.FallbackAt = d.floor.fallbackAt(r)
}

// fallbackAt is when a session that waits may have an agent of the fallback group,
// even if some of its own are on duty.
func (f *floor) fallbackAt(r *storage.DeskSession) int64 {
	g := f.skills[r.Skill]
	if g == nil || g.rec.Fallback == "" || g.rec.FallbackAfter == 0 {
		return 0
	}
	return r.QueuedAt + g.rec.FallbackAfter
}

func (d *Desk) tellQueued(tx *sequencer.Tx, s *session) {
	d.event(tx, s, d.cfg.System, sessionEvent(wire.SessionQueued))
	d.tellPlace(tx, s, d.floor.position(s))
}

// goOffline takes what a visitor has to say as a message for later. Where too many
// have left one already the session ends.
func (d *Desk) goOffline(tx *sequencer.Tx, s *session) {
	if d.tooManyOffline() {
		d.end(tx, s, ReasonUnserved, d.cfg.System)
		return
	}
	d.change(tx, s, func(r *storage.DeskSession) {
		r.State, r.OfflineAt, r.FallbackAt = storage.DeskOffline, 0, 0
	})
	d.figures.offline()
	d.event(tx, s, d.cfg.System, sessionEvent(wire.SessionOffline).Text("text", d.cfg.OfflineText))
}

// tooManyOffline reports whether as many have left a message as may.
func (d *Desk) tooManyOffline() bool {
	return d.cfg.MaxOffline > 0 && d.floor.offline >= d.cfg.MaxOffline
}

// MaxQueueShown is how many of those who wait Queue shows.
const MaxQueueShown = 500

// Queue returns who waits, in the order in which they are to be served, up to
// MaxQueueShown of them, and how many wait in all. It is for agents and supervisors.
func (d *Desk) Queue(_ context.Context, by Actor) (list []Session, waiting int, err error) {
	err = d.look(func(tx *sequencer.Tx) error {
		if d.Role(by) < RoleAgent {
			return errStaff
		}
		waiting = d.floor.length()
		list = make([]Session, 0, min(waiting, MaxQueueShown))
		places := make(map[string]int)
		for s := range inOrder(d.floor.all()) {
			if len(list) == MaxQueueShown {
				break
			}
			places[s.rec.Skill]++
			list = append(list, Session{s.rec, places[s.rec.Skill], waited(&s.rec, tx.Now())})
		}
		return nil
	})
	return list, waiting, err
}

// waited is how long a session has waited, or did until an agent came.
func waited(r *storage.DeskSession, now int64) time.Duration {
	switch {
	case r.State == storage.DeskQueued:
		return since(r.QueuedAt, now)
	case r.AssignedAt >= r.QueuedAt:
		return since(r.QueuedAt, r.AssignedAt)
	}
	return 0
}

// since is the time between two of them in Unix milliseconds.
func since(from, to int64) time.Duration {
	return time.Duration(max(to-from, 0)) * time.Millisecond
}

// after is a deadline that comes so long after a time; 0: never.
func after(at int64, d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return at + d.Milliseconds()
}
