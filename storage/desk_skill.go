package storage

import "encoding/binary"

// DeskSkill is a group of agents who know something.
type DeskSkill struct {
	ID            string
	Name          string
	Fallback      string // id of the group whose agents help out; "": none
	FallbackAfter int64  // milliseconds a session waits before they do, though some of this group are on duty; 0: for ever
}

const deskSkillVersion = 1

func appendDeskSkill(dst []byte, s *DeskSkill) []byte {
	dst = appendString(append(dst, deskSkillVersion), s.Name)
	dst = appendString(dst, s.Fallback)
	return binary.AppendVarint(dst, s.FallbackAfter)
}

func decodeDeskSkill(key, value []byte) (DeskSkill, error) {
	id, ok := splitDeskKey(key, deskSkill)
	d := decoder{rest: value}
	d.version(deskSkillVersion)
	s := DeskSkill{ID: id, Name: d.string(), Fallback: d.string(), FallbackAfter: d.varint()}
	if !ok || !d.done() {
		return DeskSkill{}, corrupt(key, "bad desk skill")
	}
	return s, nil
}

// PutDeskSkill adds or replaces a skill group.
func (b *Batch) PutDeskSkill(s DeskSkill) {
	b.deskKey(deskSkill, s.ID)
	b.value = appendDeskSkill(b.value[:0], &s)
	b.set()
}

// DeleteDeskSkill removes a skill group. Groups that fall back to it are to be
// put without it.
func (b *Batch) DeleteDeskSkill(id string) { b.deleteDesk(deskSkill, id) }

// DeskSkills hands all skill groups to fn, in the order of their ids. An error
// of fn ends it and is returned.
func (db *DB) DeskSkills(fn func(DeskSkill) error) error {
	return eachDesk(db, deskSkill, decodeDeskSkill, fn)
}
