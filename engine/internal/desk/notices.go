package desk

import (
	"gannet/codec/wire"
	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
)

// notice is what agents were last told of the queue.
type notice struct {
	length  int
	since   int64 // when who has waited for longest came
	offline int   // how many have left a message
}

// frame makes one frame of a JSON object.
func (d *Desk) frame(payload []byte) []byte { return d.cfg.Frame(payload) }

// tellAgent tells an agent's own connections how they stand; nobody if a is nil.
func (d *Desk) tellAgent(tx *sequencer.Tx, a *agent) {
	if a == nil || !a.connected {
		return
	}
	r := &a.rec
	payload := wire.AppendAgent(nil, r.User, Status(r.Status).String(), a.connected, len(a.open), int(r.MaxSessions))
	tx.NotifyUser(r.User, delivery.Conn{}, d.frame(payload))
}

// tellSupervisors tells all supervisors that something has happened to a session.
func (d *Desk) tellSupervisors(tx *sequencer.Tx, event string, s *session, extra wire.Extra) {
	var frame []byte
	for _, a := range d.floor.supervisors {
		if !a.connected {
			continue
		}
		if frame == nil {
			frame = d.deskFrame(event, s, extra)
		}
		tx.NotifyUser(a.rec.User, delivery.Conn{}, frame)
	}
}

// tellStaff tells one of them.
func (d *Desk) tellStaff(tx *sequencer.Tx, user, event string, s *session, extra wire.Extra) {
	if a := d.floor.agents[user]; a != nil && a.connected {
		tx.NotifyUser(user, delivery.Conn{}, d.deskFrame(event, s, extra))
	}
}

func (d *Desk) deskFrame(event string, s *session, extra wire.Extra) []byte {
	all := wire.Extra(nil).Text("session_id", s.rec.ID).Text("conv_id", s.convID())
	if len(extra) > 0 {
		all = append(append(all, ','), extra...)
	}
	return d.frame(wire.AppendDesk(nil, event, all))
}

// tellPlace tells a visitor where in the queue they are, and reports whether they
// are there to hear it. Place 0 is nothing to tell: the session doesn't wait.
func (d *Desk) tellPlace(tx *sequencer.Tx, s *session, place int) (heard bool) {
	s.told = 0
	if heard = place > 0 && tx.Online(s.rec.Visitor); heard {
		s.told = place
		payload := wire.AppendQueue(nil, s.convID(), s.rec.ID, place, int64(waited(&s.rec, tx.Now()).Seconds()))
		tx.NotifyAbout(sequencer.Service, s.rec.Visitor, delivery.Conn{}, d.frame(payload))
	}
	return heard
}

// maxPlaces is how many visitors one command tells where they are, so that the
// messages behind it don't wait for long.
const maxPlaces = 1000

// mark is the last of those who wait that was told; nil: none, all begin.
type mark struct {
	skill string
	s     *session
}

// passed reports whether who waits for a skill group isn't behind the mark.
func (m *mark) passed(skill string, s *session) bool {
	return m.s != nil && (skill < m.skill || skill == m.skill && ahead(s, m.s) <= 0)
}

// tellPlaces tells visitors whose place in the queue is another than they know, and
// reports whether all are told. It goes on behind who was told last, so that those at
// the end hear of it however often the queue moves.
func (d *Desk) tellPlaces(tx *sequencer.Tx) bool {
	n, from := 0, d.telling
	for _, skill := range d.floor.skillsWaitedFor() {
		place := 0
		for s := range inOrder(d.floor.of(skill)) {
			if place++; s.told == place || from.passed(skill, s) || !d.tellPlace(tx, s, place) {
				continue
			}
			if n++; n == maxPlaces {
				d.telling = mark{skill, s}
				return false
			}
		}
	}
	d.telling = mark{}
	return from.s == nil
}

// tellWaiting tells supervisors and agents on duty how many wait, and how many have
// left a message, where that has changed.
func (d *Desk) tellWaiting(tx *sequencer.Tx) {
	n, since := d.floor.waiting()
	if now := (notice{n, since, d.floor.offline}); now != d.told {
		d.told = now
		oldest := int64(0)
		if n > 0 {
			oldest = max(tx.Now()-since, 0) / 1000
		}
		frame := d.frame(wire.AppendDesk(nil, wire.DeskWaiting,
			wire.Extra(nil).Uint("waiting", uint64(n)).Uint("oldest_s", uint64(oldest)).Uint("offline", uint64(d.floor.offline))))
		for _, a := range d.floor.agents {
			if a.connected && (a.duty || Role(a.rec.Role) == RoleSupervisor) {
				tx.NotifyUser(a.rec.User, delivery.Conn{}, frame)
			}
		}
	}
}
