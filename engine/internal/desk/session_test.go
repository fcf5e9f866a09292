package desk

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

func agentActor(user string) Actor { return Actor{User: user, Role: RoleAgent} }

func visitorActor(user string) Actor { return Actor{User: user, Role: RoleVisitor} }

// A session goes to a named agent or to a group; the one that had it is told and is
// out, notes go along.
func TestTransfer(t *testing.T) {
	s := start(t, nil)
	s.skill(storage.DeskSkill{ID: "s"})
	s.agent("a", "s")
	one := s.visit("v", "s")
	s.put("b", AgentPatch{MaxSessions: ptr(1)})
	to := func(by Actor, tr Transfer) error {
		_, err := s.Transfer(t.Context(), by, one.ID, tr)
		return err
	}
	for _, c := range []struct {
		by     Actor
		to     Transfer
		reason string
	}{
		{agentActor("a"), Transfer{}, wire.ReasonBadRequest},
		{agentActor("a"), Transfer{Agent: "b", Skill: "s"}, wire.ReasonBadRequest},
		{agentActor("a"), Transfer{Agent: "z"}, wire.ReasonNotFound},
		{agentActor("a"), Transfer{Skill: "z"}, wire.ReasonNotFound},
		{agentActor("a"), Transfer{Agent: "a"}, wire.ReasonConflict},
		{agentActor("a"), Transfer{Agent: "b"}, wire.ReasonConflict}, // isn't there
		{visitorActor("v"), Transfer{Agent: "b"}, wire.ReasonForbidden},
		{agentActor("b"), Transfer{Agent: "b"}, wire.ReasonNotFound},
	} {
		s.refused(to(c.by, c.to), c.reason)
	}
	s.agent("b")
	s.put("b", AgentPatch{MaxSessions: ptr(1)})
	s.must(to(agentActor("a"), Transfer{Agent: "b", Note: "be nice"}))
	s.has(one.ID, "b")
	s.logged(one.ID, "assigned/a transferred/b assigned/b")
	if got := s.log(wire.StaffConvID(one.ID)); got != `a:"be nice"` {
		t.Error(got)
	}
	s.check()
	other := s.visit("w", "")
	s.has(other.ID, "a")
	_, err := s.Transfer(t.Context(), agentActor("a"), other.ID, Transfer{Agent: "b"})
	s.refused(err, wire.ReasonConflict) // is full
	s.must(to(agentActor("b"), Transfer{Skill: "s"}))
	s.has(one.ID, "a")
	s.must(to(agentActor("a"), Transfer{Skill: "s"})) // nobody else is in it
	s.has(one.ID, "a")
	s.put("c", AgentPatch{MaxSessions: ptr(1), Skills: &[]string{"s"}})
	s.agent("c", "s")
	s.has(s.visit("x", "s").ID, "c")
	s.must(to(agentActor("a"), Transfer{Skill: "s"})) // c is in it, and will come to it
	s.has(one.ID, "")
	if got := s.see(one.ID); got.Position != 1 || !slices.Equal(got.Excluded, []string{"a"}) {
		t.Errorf("%+v", got)
	}
	s.check()
	s.must(to(backend, Transfer{Agent: "a"}))
	s.has(one.ID, "a")
	s.check()
}

// Each may close what is theirs; then nobody writes any more, and all but the
// visitor are out.
func TestClose(t *testing.T) {
	s := start(t, nil)
	sup := s.supervisor("sup")
	s.agent("a")
	s.agent("b")
	s.agent("c")
	for _, c := range []struct {
		by     Actor
		reason string
	}{
		{visitorActor("v"), ReasonVisitor}, {agentActor("a"), ReasonAgent}, {sup, ReasonSupervisor}, {backend, ReasonBackend},
	} {
		one := s.visit("v", "")
		s.has(one.ID, "a")
		_, err := s.Watch(t.Context(), sup, one.ID, ModeLook)
		s.must(err)
		_, err = s.Note(t.Context(), agentActor("a"), one.ID, "", "a note")
		s.must(err)
		s.refused(s.CloseSession(t.Context(), agentActor("b"), one.ID), wire.ReasonNotFound)
		s.refused(s.CloseSession(t.Context(), visitorActor("w"), one.ID), wire.ReasonNotFound)
		s.end(c.by, one.ID)
		s.end(c.by, one.ID) // does no harm
		got := s.see(one.ID)
		if got.Reason != c.reason || got.State != storage.DeskClosed || got.Agent != "a" || got.ClosedAt == 0 {
			t.Errorf("%+v", got)
		}
		if m := s.members(got.Conv); !slices.Equal(m, []string{"v"}) || len(s.members(got.Staff)) != 0 {
			t.Errorf("members %v", m)
		}
		for _, user := range []string{"v", "a"} {
			if err := s.say(user, one.ID); err == nil {
				t.Errorf("%s writes in a closed session", user)
			}
		}
		_, err = s.Note(t.Context(), agentActor("a"), one.ID, "", "late")
		s.refused(err, wire.ReasonSessionClosed)
		s.check()
	}
	waits := s.ask("w", NewSession{})
	s.has(waits.ID, "b")
	s.put("c", AgentPatch{Status: ptr(wire.AgentBusy)})
	for _, a := range []string{"a", "b"} {
		s.put(a, AgentPatch{Status: ptr(wire.AgentOffline)})
	}
	queued := s.visit("x", "")
	s.end(visitorActor("x"), queued.ID)
	if got := s.see(queued.ID); got.Reason != ReasonAbandoned {
		t.Errorf("%+v", got)
	}
	s.refused(s.CloseSession(t.Context(), agentActor("c"), s.visit("y", "").ID), wire.ReasonForbidden)
	if c := s.Counts(); c.Closed[ReasonVisitor] != 1 || c.Closed[ReasonAbandoned] != 1 || c.Abandoned != 1 || c.Opened != 7 {
		t.Errorf("%+v", c)
	}
	s.check()
}

// Supervisors look in, take part and take over; the visitor is told of all but the
// first.
func TestWatch(t *testing.T) {
	s := start(t, nil)
	sup := s.supervisor("sup")
	s.agent("a")
	one := s.visit("v", "")
	s.heard("a", "desk")
	watch := func(by Actor, mode Mode) error {
		_, err := s.Watch(t.Context(), by, one.ID, mode)
		return err
	}
	s.refused(watch(agentActor("a"), ModeLook), wire.ReasonForbidden)
	s.refused(watch(backend, ModeLook), wire.ReasonBadRequest)
	s.must(watch(sup, ModeLook))
	s.must(watch(sup, ModeLook))
	s.logged(one.ID, "assigned/a")
	if told := s.heard("a", "desk"); countOf(told, "watched") != 1 {
		t.Errorf("%v", told)
	}
	s.check()
	s.must(watch(sup, ModeJoin))
	s.logged(one.ID, "assigned/a joined/sup")
	s.talk("sup", one.ID)
	s.is(one.ID, storage.DeskActive)
	s = s.restart(t)
	s.must(s.Unwatch(t.Context(), sup, one.ID))
	s.must(s.Unwatch(t.Context(), sup, one.ID))
	s.logged(one.ID, `assigned/a joined/sup sup:"x" left/sup`)
	s.check()
	s.must(s.watchAs(t, sup, one.ID, ModeJoin))
	s.put("sup", AgentPatch{Role: ptr(RoleAgent)}) // and so they see nothing any more
	if got := s.see(one.ID); len(got.Watchers) != 0 {
		t.Errorf("%+v", got)
	}
	s.put("sup", AgentPatch{Role: ptr(RoleSupervisor), MaxSessions: ptr(1)})
	s.must(s.watchAs(t, sup, one.ID, ModeLook))
	s.must(s.watchAs(t, sup, one.ID, ModeTakeOver))
	s.must(s.watchAs(t, sup, one.ID, ModeTakeOver))
	s.has(one.ID, "sup")
	s.refused(s.watchAs(t, sup, one.ID, ModeLook), wire.ReasonConflict)
	two := s.visit("w", "")
	s.refused(s.watchAs(t, sup, two.ID, ModeTakeOver), wire.ReasonConflict) // has as many as they may
	s.check()
}

func (s *site) watchAs(t *testing.T, by Actor, id string, mode Mode) error {
	_, err := s.Watch(t.Context(), by, id, mode)
	return err
}

// What an agent may claim.
func TestClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		one, two := s.visit("v", ""), s.visit("w", "")
		claim := func(by Actor, id string) error {
			_, err := s.Claim(t.Context(), by, id)
			return err
		}
		s.refused(claim(visitorActor("v"), one.ID), wire.ReasonForbidden)
		s.refused(claim(Actor{User: "v"}, one.ID), wire.ReasonForbidden)
		s.refused(claim(visitorActor("w"), one.ID), wire.ReasonNotFound)
		s.refused(claim(backend, one.ID), wire.ReasonBadRequest)
		s.refused(claim(agentActor("v"), one.ID), wire.ReasonConflict)
		s.refused(claim(agentActor("a"), "nothing"), wire.ReasonNotFound)
		s.must(claim(agentActor("a"), one.ID)) // by the login alone, and from afar
		s.must(claim(agentActor("a"), one.ID))
		s.has(one.ID, "a")
		s.refused(claim(agentActor("b"), one.ID), wire.ReasonNotFound)
		s.refused(claim(Actor{User: "b", Role: RoleSupervisor}, one.ID), wire.ReasonConflict)
		_, err := s.PutAgent(t.Context(), agentActor("a"), "a", AgentPatch{MaxSessions: ptr(1)})
		s.must(err)
		s.refused(claim(agentActor("a"), two.ID), wire.ReasonConflict)
		s.check()
		time.Sleep(61 * time.Second) // a never came
		s.has(one.ID, "")
		s.check()
	})
}

// Nobody serves themselves, not even a supervisor.
func TestOwnSession(t *testing.T) {
	s := start(t, nil)
	sup := s.supervisor("sup")
	s.agent("a")
	s.agent("b")
	one := s.visit("sup", "")
	_, err := s.Transfer(t.Context(), sup, one.ID, Transfer{Agent: "b"})
	s.refused(err, wire.ReasonForbidden)
	_, err = s.Tag(t.Context(), sup, one.ID, []string{"vip"})
	s.refused(err, wire.ReasonForbidden)
	_, err = s.Note(t.Context(), sup, one.ID, "", "me")
	s.refused(err, wire.ReasonForbidden)
	_, err = s.Tag(t.Context(), backend, one.ID, []string{"vip"})
	s.must(err)
	s.end(sup, one.ID)
	if got := s.see(one.ID); got.Reason != ReasonVisitor {
		t.Errorf("%+v", got)
	}
}

// A clock that was put back doesn't make messages go unnoticed.
func TestSpokenAfterClockSetBack(t *testing.T) {
	s := start(t, nil)
	one := s.visit("v", "")
	now := time.Now().UnixMilli()
	s.must(s.do(func(tx *sequencer.Tx) error {
		s.change(tx, s.floor.sessions[one.ID], func(r *storage.DeskSession) { r.SpokenAt = now + 3_600_000 })
		return nil
	}))
	s.talk("v", one.ID)
	if got := s.see(one.ID); got.SpokenAt > now+60_000 {
		t.Errorf("spoken %d ms from now", got.SpokenAt-now)
	}
}

// Tags, and the rating that a visitor gives once it is over.
func TestAfter(t *testing.T) {
	s := start(t, nil)
	s.agent("a")
	one := s.visit("v", "")
	got, err := s.Tag(t.Context(), agentActor("a"), one.ID, []string{"b", "a", "b"})
	if err != nil || !slices.Equal(got.Tags, []string{"a", "b"}) {
		t.Errorf("%v %v", got.Tags, err)
	}
	rate := func(by Actor, n int) error { return s.Rate(t.Context(), by, one.ID, n, "fine") }
	s.refused(rate(visitorActor("v"), 5), wire.ReasonConflict) // isn't over
	s.end(agentActor("a"), one.ID)
	s.refused(rate(visitorActor("v"), 0), wire.ReasonBadRequest)
	s.refused(rate(visitorActor("v"), 6), wire.ReasonBadRequest)
	s.refused(rate(visitorActor("w"), 5), wire.ReasonNotFound)
	s.refused(rate(agentActor("a"), 5), wire.ReasonForbidden)
	s.must(rate(visitorActor("v"), 4))
	s.refused(rate(visitorActor("v"), 5), wire.ReasonConflict)
	_, err = s.Tag(t.Context(), agentActor("a"), one.ID, []string{"late"})
	s.must(err)
	_, err = s.Tag(t.Context(), visitorActor("v"), one.ID, nil)
	s.refused(err, wire.ReasonForbidden)
	_, err = s.Tag(t.Context(), agentActor("a"), one.ID, []string{""})
	s.refused(err, wire.ReasonBadRequest)
	s = s.restart(t)
	if got := s.see(one.ID); got.Rating != 4 || got.Comment != "fine" || !slices.Equal(got.Tags, []string{"late"}) {
		t.Errorf("%+v", got)
	}
	s.refused(rate(visitorActor("v"), 5), wire.ReasonConflict)
}

// Who may do what with agents.
func TestAgents(t *testing.T) {
	s := start(t, nil)
	put := func(by Actor, user string, p AgentPatch) error {
		_, err := s.PutAgent(t.Context(), by, user, p)
		return err
	}
	s.refused(put(Actor{User: "a"}, "a", AgentPatch{}), wire.ReasonForbidden)
	s.refused(put(visitorActor("a"), "a", AgentPatch{}), wire.ReasonForbidden)
	s.must(put(agentActor("a"), "a", AgentPatch{Name: ptr("Ada"), Status: ptr("online")}))
	s.refused(put(agentActor("a"), "a", AgentPatch{Role: ptr(RoleSupervisor)}), wire.ReasonForbidden)
	s.refused(put(agentActor("a"), "b", AgentPatch{}), wire.ReasonForbidden)
	s.refused(put(backend, "b c", AgentPatch{}), wire.ReasonBadRequest)
	for _, p := range []AgentPatch{
		{Name: ptr("\x00")}, {Status: ptr("gone")}, {Role: ptr(RoleVisitor)}, {MaxSessions: ptr(-1)}, {MaxSessions: ptr(1001)}, {Skills: &[]string{""}},
	} {
		s.refused(put(backend, "b", p), wire.ReasonBadRequest)
	}
	if r := s.Role(Actor{User: "a"}); r != RoleNone { // it was the login's word only
		t.Error(r)
	}
	s.must(put(backend, "b", AgentPatch{Role: ptr(RoleAgent)}))
	s.must(put(Actor{User: "b"}, "b", AgentPatch{Status: ptr("busy")}))
	s.must(put(backend, "b", AgentPatch{Role: ptr(RoleSupervisor)}))
	s = s.restart(t)
	if r, v := s.Role(Actor{User: "b"}), s.Role(visitorActor("b")); r != RoleSupervisor || v != RoleVisitor {
		t.Error(r, v)
	}
	a, err := s.Agent(t.Context(), agentActor("a"), "a")
	if err != nil || a.Name != "Ada" || a.Status != StatusOnline || a.MaxSessions != 5 || a.Connected {
		t.Errorf("%+v %v", a, err)
	}
	if fresh, err := s.Agent(t.Context(), agentActor("n"), "n"); err != nil || fresh.Status != StatusOffline || fresh.MaxSessions != 5 {
		t.Errorf("%+v %v", fresh, err)
	}
	_, err = s.Agent(t.Context(), agentActor("a"), "n")
	s.refused(err, wire.ReasonNotFound)
	list, err := s.Agents(t.Context(), backend)
	if err != nil || len(list) != 2 || list[0].User != "a" {
		t.Errorf("%+v %v", list, err)
	}
	_, err = s.Agents(t.Context(), Actor{User: "v"})
	s.refused(err, wire.ReasonForbidden)
	s.refused(s.RemoveAgent(t.Context(), agentActor("a"), "b"), wire.ReasonForbidden)
	s.must(s.RemoveAgent(t.Context(), backend, "b"))
	s.refused(s.RemoveAgent(t.Context(), backend, "b"), wire.ReasonNotFound)
	if r := s.Role(Actor{User: "b"}); r != RoleNone {
		t.Error(r)
	}
}

// What can be asked for, and by whom.
func TestOpening(t *testing.T) {
	s := start(t, func(c *Config) { c.MaxQueue = 2 })
	opens := func(by Actor, n NewSession) error {
		_, err := s.Open(t.Context(), by, n)
		return err
	}
	s.refused(opens(backend, NewSession{}), wire.ReasonBadRequest)
	s.refused(opens(Actor{User: "v"}, NewSession{Priority: 1}), wire.ReasonForbidden)
	s.refused(opens(Actor{User: "v"}, NewSession{Visitor: "w"}), wire.ReasonForbidden)
	s.refused(opens(Actor{User: "v"}, NewSession{Subject: "\x01"}), wire.ReasonBadRequest)
	s.refused(opens(Actor{User: "v"}, NewSession{Attributes: []byte("[]")}), wire.ReasonBadRequest)
	one, err := s.Open(t.Context(), visitorActor("v"), NewSession{Subject: "help", Name: "Vera", Attributes: []byte(`{"a":1}`)})
	if err != nil || one.Position != 1 || one.VisitorName != "Vera" || string(one.Attributes) != `{"a":1}` || !wire.ValidID(one.ID) {
		t.Errorf("%+v %v", one, err)
	}
	if again, err := s.Open(t.Context(), visitorActor("v"), NewSession{}); err != nil || again.ID != one.ID {
		t.Errorf("%+v %v", again, err)
	}
	s.must(opens(Actor{User: "w"}, NewSession{}))
	s.refused(opens(Actor{User: "x"}, NewSession{}), wire.ReasonBusy)
	_, err = s.Session(t.Context(), visitorActor("x"), one.ID)
	s.refused(err, wire.ReasonNotFound)
	s.agent("a")
	s.has(one.ID, "a")
	_, err = s.Session(t.Context(), agentActor("b"), one.ID)
	s.refused(err, wire.ReasonNotFound)
	s.end(visitorActor("v"), one.ID)
	if next := s.visit("v", ""); next.VisitorName != "Vera" || next.ID == one.ID { // as known
		t.Errorf("%+v", next)
	}
	s.check()
}
