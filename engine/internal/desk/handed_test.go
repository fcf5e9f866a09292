package desk

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/storage"
)

// A session that is handed on hasn't waited for longer by it.
func TestWaitOfHandedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wait times
		s := start(t, func(c *Config) { c.Times.Wait = &wait })
		one := s.visit("v", "")
		time.Sleep(20 * time.Second)
		s.agent("a")
		s.talk("a", one.ID)
		s.agent("b")
		for _, to := range []string{"b", "a"} {
			time.Sleep(time.Minute)
			got, err := s.Transfer(t.Context(), backend, one.ID, Transfer{Agent: to})
			if s.must(err); got.Agent != to || got.Waited != 20*time.Second {
				t.Errorf("%+v", got)
			}
		}
		s.end(agentActor("a"), one.ID)
		st, err := s.Stats(t.Context(), backend, 0, 0)
		if want := 20 * time.Second; err != nil || st.Wait.Count != 1 || st.Wait.P90 != want || !slices.Equal(wait, times{20}) {
			t.Errorf("%+v, observed %v: %v", st.Wait, wait, err)
		}
	})
}

// What an agent claims who finds a message hasn't waited.
func TestWaitOfClaimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		one := s.visit("v", "")
		time.Sleep(time.Hour)
		got, err := s.Claim(t.Context(), agentActor("a"), one.ID)
		if err != nil || got.Waited != 0 || got.AssignedAt != got.QueuedAt {
			t.Errorf("%+v %v", got, err)
		}
	})
}

// Whom nobody had at the end nobody has handled.
func TestHandlingOfNobodys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.agent("a")
		one := s.visit("v", "")
		s.disconnect("a")
		time.Sleep(2 * time.Minute)
		s.is(one.ID, storage.DeskQueued)
		s.end(visitorActor("v"), one.ID)
		st, err := s.Stats(t.Context(), backend, 0, 0)
		if err != nil || st.Handling.Count != 0 || st.Closed[ReasonAbandoned] != 1 {
			t.Errorf("%+v %v", st.Tally, err)
		}
	})
}

// Who loses a session to nobody's answering begins anew where somebody decides, and
// where the agent is lost.
func TestReassignedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		sup := s.supervisor("sup")
		s.skill(storage.DeskSkill{ID: "s"})
		s.agent("a")
		s.agent("b")
		for name, decide := range map[string]func(id string) error{
			"transfer": func(id string) error {
				_, err := s.Transfer(t.Context(), backend, id, Transfer{Agent: "a"})
				return err
			},
			"regroup": func(id string) error {
				_, err := s.Transfer(t.Context(), backend, id, Transfer{Skill: "s"})
				return err
			},
			"take over": func(id string) error { return s.watchAs(t, sup, id, ModeTakeOver) },
			"remove":    func(string) error { return s.RemoveAgent(t.Context(), backend, "b") },
		} {
			s.put("b", AgentPatch{Status: ptr(wire.AgentBusy)})
			one := s.visit("v-"+strings.ReplaceAll(name, " ", ""), "")
			s.has(one.ID, "a")
			s.put("b", AgentPatch{Status: ptr(wire.AgentOnline)})
			time.Sleep(2*time.Minute + time.Second)
			if s.has(one.ID, "b"); s.see(one.ID).Reassigned != 1 {
				t.Errorf("%s: %+v", name, s.see(one.ID))
			}
			s.must(decide(one.ID))
			if got := s.see(one.ID); got.Reassigned != 0 || got.Agent == "b" {
				t.Errorf("%s: %+v", name, got)
			}
			s.end(backend, one.ID)
		}
	})
}

// A session isn't kept from the only agents that there are.
func TestExcludedAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.skill(storage.DeskSkill{ID: "help"})
		s.skill(storage.DeskSkill{ID: "s", Fallback: "help"})
		s.agent("a", "s")
		one := s.visit("v", "s")
		s.agent("h", "help")
		s.put("h", AgentPatch{MaxSessions: ptr(1)})
		other := s.visit("w", "help")
		regroup := func() {
			_, err := s.Transfer(t.Context(), agentActor("a"), one.ID, Transfer{Skill: "s"})
			s.must(err)
		}
		regroup()
		s.has(one.ID, "") // h is on duty, and will come to it
		s.put("a", AgentPatch{MaxSessions: ptr(1)})
		full := s.visit("y", "s")
		s.has(full.ID, "a")
		s.check()
		s.end(backend, other.ID)
		s.has(one.ID, "h") // since nobody of s may have it
		s.end(backend, full.ID)
		s.check()
		s.put("h", AgentPatch{Status: ptr(wire.AgentBusy)})
		_, err := s.Transfer(t.Context(), backend, one.ID, Transfer{Agent: "a"})
		s.must(err)
		regroup()
		s.has(one.ID, "a") // nobody else is there
		s.agent("b", "s")
		s.put("b", AgentPatch{MaxSessions: ptr(1)})
		s.visit("x", "s")
		regroup()
		s.has(one.ID, "")
		s.put("b", AgentPatch{Status: ptr(wire.AgentOffline)})
		s.has(one.ID, "a") // nobody is any more
		s.check()
	})
}

// What an agent loses doesn't overtake those who wait.
func TestRemoveAgentInOrder(t *testing.T) {
	s := start(t, nil)
	s.skill(storage.DeskSkill{ID: "help"})
	s.skill(storage.DeskSkill{ID: "s", Fallback: "help"})
	for user, skill := range map[string]string{"a": "s", "h": "help"} {
		s.put(user, AgentPatch{MaxSessions: ptr(1)})
		s.agent(user, skill)
	}
	one, urgent := s.visit("v", "s"), s.ask("w", NewSession{Skill: "s", Priority: 1})
	s.has(one.ID, "a")
	s.has(urgent.ID, "")
	s.must(s.RemoveAgent(t.Context(), backend, "a")) // and so the other group helps
	s.has(urgent.ID, "h")
	s.has(one.ID, "")
	s.check()
}
