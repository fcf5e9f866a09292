package desk

import (
	"context"
	"strings"
	"testing"
	"time"

	"gannet/codec/wire"
	"gannet/storage"
)

func TestSkillsAreKept(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	s.skill(Skill{ID: "general", Name: "Everything"})
	s.skill(Skill{ID: "billing", Name: "Bills", Fallback: "general", FallbackAfter: 30_000})
	s.skill(Skill{ID: "billing", Name: "Money", Fallback: "general", FallbackAfter: 10_000})
	s = s.restart(t)
	list, err := s.Skills(ctx, Actor{User: "vera"})
	s.must(err)
	want := []Skill{{ID: "billing", Name: "Money", Fallback: "general", FallbackAfter: 10_000}, {ID: "general", Name: "Everything"}}
	if len(list) != 2 || list[0] != want[0] || list[1] != want[1] {
		t.Errorf("%+v", list)
	}
}

func TestSkillsAreChecked(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	s.skill(Skill{ID: "general"})
	for _, c := range []struct {
		by     Actor
		rec    Skill
		reason string
	}{
		{Actor{User: "amy", Role: RoleAgent}, Skill{ID: "x"}, wire.ReasonForbidden},
		{Actor{User: "vera", Role: RoleVisitor}, Skill{ID: "x"}, wire.ReasonForbidden},
		{backend, Skill{ID: ""}, wire.ReasonBadRequest},
		{backend, Skill{ID: "no blanks"}, wire.ReasonBadRequest},
		{backend, Skill{ID: "x", Name: strings.Repeat("ü", maxSkillName+1)}, wire.ReasonBadRequest},
		{backend, Skill{ID: "x", Name: "a\nb"}, wire.ReasonBadRequest},
		{backend, Skill{ID: "x", Fallback: "x"}, wire.ReasonBadRequest},
		{backend, Skill{ID: "general", Fallback: "general"}, wire.ReasonBadRequest},
		{backend, Skill{ID: "x", Fallback: "y"}, wire.ReasonBadRequest},
		{backend, Skill{ID: "x", FallbackAfter: 1}, wire.ReasonBadRequest},
		{backend, Skill{ID: "x", Fallback: "general", FallbackAfter: -1}, wire.ReasonBadRequest},
		{backend, Skill{ID: "x", Fallback: "general", FallbackAfter: maxFallback.Milliseconds() + 1}, wire.ReasonBadRequest},
	} {
		s.refused(s.PutSkill(ctx, c.by, c.rec), c.reason)
	}
	s.must(s.PutSkill(ctx, Actor{User: "sue", Role: RoleSupervisor}, Skill{ID: "x", Name: strings.Repeat("ü", maxSkillName)}))
	if list, err := s.Skills(ctx, backend); err != nil || len(list) != 2 {
		t.Errorf("%v %v", list, err)
	}
}

func TestRemovingASkill(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	s.skill(Skill{ID: "general"})
	s.skill(Skill{ID: "billing", Fallback: "general"})
	s.refused(s.RemoveSkill(ctx, Actor{User: "amy", Role: RoleAgent}, "billing"), wire.ReasonForbidden)
	s.refused(s.RemoveSkill(ctx, backend, "law"), wire.ReasonNotFound)
	s.refused(s.RemoveSkill(ctx, backend, ""), wire.ReasonNotFound)
	s.refused(s.RemoveSkill(ctx, backend, "general"), wire.ReasonConflict)

	one := s.visit("vera", "billing")
	s.refused(s.RemoveSkill(ctx, backend, "billing"), wire.ReasonConflict)
	s.agent("amy", "billing", "general")
	s.has(one.ID, "amy")
	s.must(s.RemoveSkill(ctx, backend, "billing"))
	if a, err := s.Agent(ctx, backend, "amy"); err != nil || strings.Join(a.Skills, " ") != "general" {
		t.Errorf("%+v %v", a, err)
	}
	if got := s.see(one.ID).Skill; got != "" {
		t.Errorf("the session still asks for %q", got)
	}
	s.must(s.RemoveSkill(ctx, backend, "general"))

	// The session isn't forgotten when it has to wait again: anybody may take it.
	s.must(s.RemoveAgent(ctx, backend, "amy"))
	s.is(one.ID, storage.DeskQueued)
	s.agent("bea")
	s.has(one.ID, "bea")
}

// What a group falls back to matters to those who wait already.
func TestAnotherFallbackServesWhoWaits(t *testing.T) {
	s := start(t, nil)
	s.skill(Skill{ID: "general"})
	s.skill(Skill{ID: "billing"})
	s.agent("amy", "general")
	one := s.visit("vera", "billing")
	s.has(one.ID, "")
	s.skill(Skill{ID: "billing", Fallback: "general"})
	s.has(one.ID, "amy")
}

func TestANewFallbackTimeCounts(t *testing.T) {
	s := start(t, func(c *Config) { c.MaxWait = 0 })
	s.skill(Skill{ID: "general"})
	s.skill(Skill{ID: "billing", Fallback: "general"})
	one := s.visit("vera", "billing")
	if at := s.see(one.ID).FallbackAt; at != 0 {
		t.Errorf("falls back at %d", at)
	}
	s.skill(Skill{ID: "billing", Fallback: "general", FallbackAfter: time.Hour.Milliseconds()})
	if got := s.see(one.ID); got.FallbackAt != got.QueuedAt+time.Hour.Milliseconds() {
		t.Errorf("falls back at %d, was queued at %d", got.FallbackAt, got.QueuedAt)
	}
}
