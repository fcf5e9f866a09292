package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Bounds of skill groups.
const (
	maxSkills    = 10_000
	maxSkillName = 128 // characters
	maxFallback  = 24 * time.Hour
)

var (
	errSkillID    = wire.NewError(wire.ReasonBadRequest, "the id of a skill group must be 1 to 64 bytes of A-Z a-z 0-9 . _ @ -")
	errSkillName  = wire.NewError(wire.ReasonBadRequest, "name must be at most 128 characters of printable text")
	errFallback   = wire.NewError(wire.ReasonBadRequest, "a skill group can only fall back to another one that exists")
	errFallbackIn = wire.NewError(wire.ReasonBadRequest, "fallback_after_s must be 0 to 86400, and 0 where there is no fallback")
	errSkills     = wire.NewError(wire.ReasonConflict, "too many skill groups")
	errSkillUsed  = wire.NewError(wire.ReasonConflict, "another skill group falls back to this one, or a session waits for it")
)

// Skills lists all skill groups, by id. Everybody who may open a session may see
// them.
func (d *Desk) Skills(context.Context, Actor) ([]Skill, error) {
	list := []Skill{}
	err := d.look(func(*sequencer.Tx) error {
		for _, g := range d.floor.skills {
			list = append(list, g.rec)
		}
		return nil
	})
	slices.SortFunc(list, func(a, b Skill) int { return strings.Compare(a.ID, b.ID) })
	return list, err
}

// PutSkill adds a skill group, or replaces it.
func (d *Desk) PutSkill(_ context.Context, by Actor, s Skill) error {
	if d.Role(by) < RoleSupervisor {
		return errSupervisors
	}
	if err := checkSkill(&s); err != nil {
		return err
	}
	return d.do(func(tx *sequencer.Tx) error {
		if s.Fallback != "" && !d.hasSkill(s.Fallback) {
			return errFallback
		}
		if !d.hasSkill(s.ID) && len(d.floor.skills) >= maxSkills {
			return errSkills
		}
		tx.Writes(sequencer.Subject{}).PutDeskSkill(s)
		return d.replaceSkill(tx, s)
	})
}

func checkSkill(s *Skill) error {
	switch {
	case !wire.ValidID(s.ID):
		return errSkillID
	case !printable(s.Name, 0, maxSkillName):
		return errSkillName
	case s.Fallback == s.ID:
		return errFallback
	case s.FallbackAfter < 0, s.FallbackAfter > maxFallback.Milliseconds(), s.Fallback == "" && s.FallbackAfter != 0:
		return errFallbackIn
	}
	return nil
}

// RemoveSkill removes a skill group that nothing needs: none falls back to it and
// nobody waits for it. Agents lose the skill, and sessions that somebody has are
// anybody's if they come to wait again.
func (d *Desk) RemoveSkill(_ context.Context, by Actor, id string) error {
	if d.Role(by) < RoleSupervisor {
		return errSupervisors
	}
	return d.doAnyway(func(tx *sequencer.Tx) error {
		if !d.hasSkill(id) || id == "" {
			return errNoSkill
		}
		if d.floor.needsSkill(id) {
			return errSkillUsed
		}
		for _, s := range d.floor.sessions {
			if s.rec.Skill == id {
				d.change(tx, s, func(r *storage.DeskSession) { r.Skill = "" })
			}
		}
		tx.Writes(sequencer.Subject{}).DeleteDeskSkill(id)
		return d.dropSkill(tx, id)
	})
}

// needsSkill reports whether a skill group can't be missed.
func (f *floor) needsSkill(id string) bool {
	for _, g := range f.skills {
		if g.rec.Fallback == id {
			return true
		}
	}
	return len(f.of(id)) > 0
}
