package desk

import (
	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// warn tells a visitor who has been silent for long that the session will end.
func (d *Desk) warn(tx *sequencer.Tx, s *session) {
	d.change(tx, s, func(r *storage.DeskSession) {
		r.WarnAt, r.CloseAt = 0, after(tx.Now(), d.cfg.VisitorClose)
	})
	d.event(tx, s, d.cfg.System, sessionEvent(wire.SessionWarned).Text("text", d.cfg.WarnText))
}

// closeSilent ends the session of a visitor who has been warned.
func (d *Desk) closeSilent(tx *sequencer.Tx, s *session) {
	d.end(tx, s, ReasonSilent, d.cfg.System)
}
