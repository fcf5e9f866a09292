package desk

import (
	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// maxReassigned is how often a session goes to another agent because nobody
// answers.
const maxReassigned = 2

// unanswered sees to a session whose agent hasn't written in time. Another one
// gets it, at most twice; otherwise it stays and supervisors are told, again and
// again until somebody answers.
func (d *Desk) unanswered(tx *sequencer.Tx, s *session) {
	old := s.rec.Agent
	if s.rec.Reassigned < maxReassigned {
		w := s.want()
		w.excluded = with(w.excluded, old)
		if a := d.floor.choose(w); a != nil {
			d.figures.reassigned()
			d.hand(tx, s, a, cause{
				event: transferred(a).Text("reason", "unanswered"),
				by:    d.cfg.System,
				record: func(r *storage.DeskSession) {
					r.Reassigned++
					r.Excluded = w.excluded
				},
			})
			return
		}
	}
	d.change(tx, s, func(r *storage.DeskSession) { r.ReplyAt = after(tx.Now(), d.cfg.FirstReply) })
	d.tellSupervisors(tx, wire.DeskUnanswered, s, wire.Extra(nil).Text("agent_id", old))
}

// transferred is the event of a session that goes to another agent.
func transferred(to *agent) wire.Extra {
	return sessionEvent(wire.SessionTransferred).Text("agent_id", to.rec.User).Text("agent_name", to.rec.Name)
}
