package desk

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Who is an agent by the login alone is there while a connection with such a login
// is, and is given nothing on the pages that they open as anybody else.
func TestAgentByLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		page := s.attach(sequencer.StaffNone, "u", "page")
		me := Actor{User: "u", Role: RoleAgent}
		own := func(p AgentPatch) Agent {
			t.Helper()
			a, err := s.PutAgent(context.Background(), me, "u", p)
			s.must(err)
			return a
		}
		if a := own(AgentPatch{Status: ptr(wire.AgentOnline)}); a.Connected {
			t.Errorf("on a page: %+v", a)
		}
		one := s.visit("v", "")
		s.has(one.ID, "")
		work := s.attach(sequencer.StaffAgent, "u", "work")
		s.has(one.ID, "u")
		s.check()
		s.detach("u", work)
		if at := s.see(one.ID).LostAt; at == 0 {
			t.Error("nobody waits for the agent")
		}
		two := s.visit("w", "")
		s.has(two.ID, "")
		time.Sleep(time.Minute + time.Second)
		s.has(one.ID, "")
		s.check()
		work = s.attach(sequencer.StaffAgent, "u", "work")
		s.has(one.ID, "u")
		s.has(two.ID, "u")
		s.must(s.seq.SetStaff(sequencer.StaffNone, work, "u")) // a token without the role
		if s.see(one.ID).LostAt == 0 || s.see(two.ID).LostAt == 0 {
			t.Error("nobody waits for who has no role any more")
		}
		s.must(s.seq.SetStaff(sequencer.StaffAgent, work, "u"))
		if s.see(one.ID).LostAt != 0 {
			t.Error("the agent is back")
		}
		s.detach("u", work)

		// A backend's word makes the page count, too.
		three := s.visit("x", "")
		if a := s.put("u", AgentPatch{Role: ptr(RoleAgent)}); !a.Connected {
			t.Errorf("managed: %+v", a)
		}
		s.has(three.ID, "u")
		s.detach("u", page)
		if s.see(three.ID).LostAt == 0 {
			t.Error("nobody waits for the managed agent")
		}
		s.check()
	})
}

// After a restart a plain login counts as little as before.
func TestAgentByLoginRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.attach(sequencer.StaffAgent, "u", "work")
		_, err := s.PutAgent(context.Background(), agentActor("u"), "u", AgentPatch{Status: ptr(wire.AgentOnline)})
		s.must(err)
		s = s.restart(t)
		s.attach(sequencer.StaffNone, "u", "page")
		one := s.visit("v", "")
		s.has(one.ID, "")
		s.attach(sequencer.StaffAgent, "u", "work")
		s.has(one.ID, "u")
	})
}

// A role that only logins give is the highest of those that are there; who is no
// supervisor by it any more looks into nothing. A managed one doesn't follow them.
func TestRoleFollowsLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.agent("a")
		one := s.visit("v", "")
		boss := Actor{User: "u", Role: RoleSupervisor}
		role := func(user string, want Role) {
			t.Helper()
			if a, err := s.Agent(context.Background(), backend, user); err != nil || a.Role != want {
				t.Errorf("%s is %+v, want %v; %v", user, a, want, err)
			}
			s.check()
		}
		s.attach(sequencer.StaffAgent, "u", "phone")
		_, err := s.PutAgent(context.Background(), agentActor("u"), "u", AgentPatch{Name: ptr("U")})
		s.must(err)
		role("u", RoleAgent)
		work := s.attach(sequencer.StaffSupervisor, "u", "work")
		role("u", RoleSupervisor)
		_, err = s.Watch(context.Background(), boss, one.ID, ModeJoin)
		s.must(err)
		_, err = s.PutAgent(context.Background(), agentActor("u"), "u", AgentPatch{Name: ptr("Ann")}) // from the phone
		s.must(err)
		role("u", RoleSupervisor)
		if got := s.see(one.ID).Watchers; len(got) != 1 {
			t.Errorf("watched by %v", got)
		}
		s.must(s.seq.SetStaff(sequencer.StaffAgent, work, "u"))
		role("u", RoleAgent)
		if got := s.see(one.ID).Watchers; len(got) != 0 {
			t.Errorf("watched by %v", got)
		}
		s.logged(one.ID, "assigned/a joined/u left/u")
		_, err = s.PutAgent(context.Background(), boss, "u", AgentPatch{Name: ptr("Bea")}) // over HTTP
		s.must(err)
		role("u", RoleSupervisor)
		s.detach("u", work) // and the phone is all there is
		s.attach(sequencer.StaffAgent, "u", "phone")
		_, err = s.Watch(context.Background(), boss, one.ID, ModeLook)
		s.must(err)
		role("u", RoleSupervisor)

		s.put("m", AgentPatch{Role: ptr(RoleAgent)})
		s.attach(sequencer.StaffSupervisor, "m", "work")
		role("m", RoleAgent)
		if rec, _, err := s.db.DeskSession(one.ID); err != nil || rec.State != storage.DeskAssigned {
			t.Errorf("%+v %v", rec, err)
		}
	})
}
