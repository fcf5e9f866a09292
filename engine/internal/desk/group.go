package desk

import (
	"slices"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// hasSkill reports whether there is such a skill group; "" is everybody.
func (d *Desk) hasSkill(id string) bool { return id == "" || d.floor.skills[id] != nil }

// replaceSkill puts a skill group in the place of the one with its id, if there is
// one. The row is the caller's to write.
func (d *Desk) replaceSkill(tx *sequencer.Tx, rec storage.DeskSkill) error {
	if g := d.floor.skills[rec.ID]; g != nil {
		g.rec = rec
	} else {
		d.floor.addSkill(rec)
	}
	var waiting []*session
	for _, l := range d.floor.of(rec.ID) {
		waiting = append(waiting, l.list...)
	}
	for _, s := range waiting {
		if at := d.floor.fallbackAt(&s.rec); at != s.rec.FallbackAt {
			d.change(tx, s, func(r *storage.DeskSession) { r.FallbackAt = at })
		}
	}
	d.floor.stir = true
	return nil
}

// addSkill makes a skill group of those agents who name it.
func (f *floor) addSkill(rec storage.DeskSkill) {
	g := &skill{rec: rec}
	for _, a := range f.agents {
		if !slices.Contains(a.rec.Skills, rec.ID) {
			continue
		}
		if a.pooled {
			g.pool.insert(a)
		}
		if a.duty {
			g.duty++
		}
	}
	f.skills[rec.ID] = g
}

// dropSkill forgets a skill group that nothing needs: no other falls back to it,
// no open session asks for it. Agents lose the skill. The group's own row is the
// caller's to delete.
func (d *Desk) dropSkill(tx *sequencer.Tx, id string) error {
	for _, a := range d.floor.agents {
		if slices.Contains(a.rec.Skills, id) {
			d.changeAgent(tx, a, func(r *storage.DeskAgent) { r.Skills = without(r.Skills, id) })
		}
	}
	delete(d.floor.skills, id)
	return nil
}
