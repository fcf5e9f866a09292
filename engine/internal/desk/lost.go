package desk

import (
	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// isHere reports whether an agent has a connection that counts. Who is an agent by
// nothing but a login is one where they came with such a login: not on the pages
// that they open as anybody else.
func isHere(tx *sequencer.Tx, r *storage.DeskAgent) bool {
	if r.Managed {
		return tx.Online(r.User)
	}
	return tx.Staff(r.User) != sequencer.StaffNone
}

// setConnected notes that an agent has come or gone. Who goes has a while to come
// back; who is back in time has lost nothing.
func (d *Desk) setConnected(tx *sequencer.Tx, a *agent, on bool) {
	if a.connected == on {
		return
	}
	d.floor.reseat(a, func() { a.connected = on })
	for _, s := range a.sessions() {
		d.expect(tx, s)
	}
	d.tellAgent(tx, a)
}

// expect gives a session a deadline by which its agent must be there, or takes it
// away.
func (d *Desk) expect(tx *sequencer.Tx, s *session) {
	at := int64(0)
	if !s.agent.connected {
		if at = s.rec.LostAt; at == 0 {
			at = after(tx.Now(), d.cfg.AgentGrace)
		}
	}
	if at != s.rec.LostAt {
		d.change(tx, s, func(r *storage.DeskSession) { r.LostAt = at })
	}
}

// lose takes a session from an agent who has gone and not come back: another one
// gets it, or it waits at the head of its priority. Who was kept from getting it
// before may have it then: nobody else is there. It counts as one that nobody has
// failed to answer.
func (d *Desk) lose(tx *sequencer.Tx, s *session) {
	d.figures.lost()
	why := cause{
		event: sessionEvent(wire.SessionLost).Text("agent_id", s.rec.Agent),
		by:    d.cfg.System, record: decided,
	}
	if a := d.floor.choose(s.want()); a != nil {
		d.figures.reassigned()
		d.hand(tx, s, a, why)
		return
	}
	why.record = func(r *storage.DeskSession) { r.Excluded, r.Reassigned = nil, 0 }
	d.queue(tx, s, why)
}
