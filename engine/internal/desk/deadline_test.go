package desk

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// An agent who is back in time has lost nothing; who isn't loses the sessions to
// another one.
func TestLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.agent("a")
		one, two := s.visit("v1", ""), s.visit("v2", "")
		s.talk("a", one.ID)
		s.disconnect("a")
		time.Sleep(59 * time.Second)
		s.check()
		s.connect("a")
		time.Sleep(90 * time.Second)
		s.has(one.ID, "a")
		s.disconnect("a")
		s.agent("b")
		s.put("b", AgentPatch{MaxSessions: ptr(1)})
		three := s.ask("v3", NewSession{})
		s.has(three.ID, "b")
		s.end(backend, three.ID)
		time.Sleep(61 * time.Second)
		s.has(one.ID, "b")
		s.has(two.ID, "")
		if late := s.visit("v4", ""); late.Position != 2 || s.see(two.ID).Position != 1 {
			t.Errorf("%+v", late) // the one that came back is before it
		}
		s.logged(one.ID, `assigned/a a:"x" lost/a assigned/b`)
		s.logged(two.ID, `assigned/a lost/a queued`)
		s.check()
		s.connect("a")
		s.has(two.ID, "a")
		if c := s.Counts(); c.Lost != 2 || c.Reassigned != 1 {
			t.Errorf("%+v", c)
		}
		s.check()
	})
}

// After a restart nobody is connected: sessions get the grace, all of it, also those
// that had a part of it; who isn't back in time loses them.
func TestLostByRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.agent("a")
		one := s.visit("v1", "")
		s.agent("b")
		two := s.visit("v2", "")
		s.has(two.ID, "b")
		s.disconnect("b")
		time.Sleep(30 * time.Second)
		s = s.restart(t)
		s.check()
		time.Sleep(31 * time.Second)
		s.has(one.ID, "a")
		s.has(two.ID, "b")
		s.connect("a")
		time.Sleep(28 * time.Second)
		s.has(two.ID, "b")
		time.Sleep(2 * time.Second) // b's grace is over
		s.has(two.ID, "a")
		s.has(one.ID, "a")
		s.check()
	})
}

// Who doesn't answer in time loses the session to another one, twice; then
// supervisors are told, each time, and it stays.
func TestUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.supervisor("sup")
		for _, a := range []string{"a", "b", "c", "d"} {
			s.agent(a)
		}
		one := s.visit("v", "")
		s.has(one.ID, "a")
		time.Sleep(119 * time.Second)
		s.has(one.ID, "a")
		time.Sleep(2 * time.Second)
		s.has(one.ID, "b")
		time.Sleep(2 * time.Minute)
		s.has(one.ID, "c")
		if told := s.heard("sup", "desk"); countOf(told, "unanswered") != 0 {
			t.Errorf("%v", told)
		}
		time.Sleep(20 * time.Minute)
		s.has(one.ID, "c")
		if told := s.heard("sup", "desk"); countOf(told, "unanswered") != 10 {
			t.Errorf("told %d times", countOf(told, "unanswered"))
		}
		s.check()
		_, err := s.Transfer(t.Context(), backend, one.ID, Transfer{Agent: "a"}) // and who is excluded may have it
		s.must(err)
		time.Sleep(2 * time.Minute)
		s.has(one.ID, "d")
		if got := s.see(one.ID); got.Reassigned != 1 {
			t.Errorf("%+v", got)
		}
		_, err = s.Transfer(t.Context(), backend, one.ID, Transfer{Agent: "c"})
		s.must(err)
		s.talk("c", one.ID)
		s.is(one.ID, storage.DeskActive)
		s.check()
	})
}

// Where nobody else is free it stays, and is looked at again.
func TestUnansweredAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.supervisor("sup")
		s.agent("a")
		one := s.visit("v", "")
		time.Sleep(4*time.Minute + time.Second)
		s.has(one.ID, "a")
		if told := s.heard("sup", "desk"); countOf(told, "unanswered") != 2 {
			t.Errorf("%v", told)
		}
		s.agent("b")
		time.Sleep(2 * time.Minute)
		s.has(one.ID, "b")
		s.logged(one.ID, "assigned/a transferred/b/unanswered assigned/b")
	})
}

// countOf is how many of the notices say an event.
func countOf(told []object, event string) (n int) {
	for _, o := range told {
		if o["event"] == event {
			n++
		}
	}
	return n
}

// A visitor who is silent is warned and then loses the session, but never while it
// is the agent's turn.
func TestSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.agent("a")
		one := s.visit("v", "")
		s.talk("v", one.ID)
		s.talk("a", one.ID)
		s.talk("v", one.ID)
		time.Sleep(time.Hour)
		s.is(one.ID, storage.DeskActive)
		s.talk("a", one.ID)
		time.Sleep(4 * time.Minute)
		s.talk("a", one.ID) // begins it anew
		time.Sleep(4 * time.Minute)
		s.logged(one.ID, `assigned/a v:"x" a:"x" v:"x" a:"x" a:"x"`)
		s.check()
		time.Sleep(61 * time.Second)
		s.logged(one.ID, `assigned/a v:"x" a:"x" v:"x" a:"x" a:"x" warned/still there?`)
		s.check()
		s.talk("v", one.ID)
		time.Sleep(time.Hour)
		s.is(one.ID, storage.DeskActive)
		s.talk("a", one.ID)
		time.Sleep(9*time.Minute + 50*time.Second)
		s.is(one.ID, storage.DeskActive)
		time.Sleep(11 * time.Second)
		s.is(one.ID, storage.DeskClosed)
		if got := s.see(one.ID); got.Reason != ReasonSilent || got.ClosedBy != "system" {
			t.Errorf("%+v", got)
		}
		s.check()
	})
}

// Whom nobody comes to in time leaves a message, which an agent claims later.
func TestOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		one := s.visit("v", "")
		s.talk("v", one.ID)
		time.Sleep(9*time.Minute + 50*time.Second)
		s.is(one.ID, storage.DeskQueued)
		time.Sleep(11 * time.Second)
		s.is(one.ID, storage.DeskOffline)
		s.talk("v", one.ID)
		s.agent("a")
		s.has(one.ID, "") // it is not in the queue
		if again := s.visit("v", ""); again.ID != one.ID {
			t.Errorf("%+v", again)
		}
		s.check()
		s = s.restart(t)
		got, err := s.Claim(t.Context(), Actor{User: "a", Role: RoleAgent}, one.ID)
		if err != nil || got.Agent != "a" {
			t.Errorf("%+v %v", got, err)
		}
		s.check()
		s.logged(one.ID, `queued v:"x" offline/nobody came v:"x" assigned/a`)
		s.talk("a", one.ID)
		s.is(one.ID, storage.DeskActive)
	})
}

// Outside business hours a session takes a message at once.
func TestHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in whose time it is a Saturday, at midnight
		hours, err := ParseHours("sat 01:00-02:00", "UTC")
		if err != nil {
			t.Fatal(err)
		}
		s := start(t, func(c *Config) { c.Hours = hours })
		s.agent("a")
		one := s.visit("v", "")
		s.is(one.ID, storage.DeskOffline)
		s.logged(one.ID, "offline/closed now")
		time.Sleep(61 * time.Minute)
		s.has(s.visit("w", "").ID, "a")
		s.is(one.ID, storage.DeskOffline)
		s.check()
	})
}

// A duration of 0 is never.
func TestNever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, func(c *Config) {
			c.MaxWait, c.AgentGrace, c.FirstReply, c.VisitorSilent, c.VisitorClose, c.MaxQueue = 0, 0, 0, 0, 0, 0
		})
		s.put("a", AgentPatch{MaxSessions: ptr(1)})
		s.agent("a")
		s.agent("b")
		one, two := s.visit("v", ""), s.visit("w", "")
		s.talk("b", two.ID)
		s.put("b", AgentPatch{Status: ptr(wire.AgentBusy)})
		three := s.visit("x", "")
		s.disconnect("a")
		time.Sleep(3 * time.Hour)
		s.has(one.ID, "a")
		s.has(two.ID, "b")
		s.is(three.ID, storage.DeskQueued)
		s.check()
	})
}

// Stored deadlines hold after a restart, those of the queue too.
func TestDeadlinesAfterRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.skill(storage.DeskSkill{ID: "help"})
		s.skill(storage.DeskSkill{ID: "s", Fallback: "help", FallbackAfter: 120_000})
		s.agent("b", "s")
		s.put("b", AgentPatch{MaxSessions: ptr(1)})
		busy := s.visit("u", "s")
		s.talk("b", busy.ID)
		one := s.visit("v", "s")
		s.agent("h", "help")
		s.has(one.ID, "")
		time.Sleep(time.Minute)
		s = s.restart(t)
		s.connect("b")
		s.connect("h")
		s.has(one.ID, "")
		s.check()
		time.Sleep(61 * time.Second)
		s.has(one.ID, "h")
		time.Sleep(8 * time.Minute) // 5 after b's message, and 5 more
		s.is(busy.ID, storage.DeskClosed)
		s.check()
	})
}

// A supervisor by the login alone, who has asked for nothing yet, hears of it, too.
func TestArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.agent("a")
		arrive := func(by Actor) error {
			told := make(chan error, 1)
			s.Arrive(by, func(err error) { told <- err })
			return <-told
		}
		s.attach(sequencer.StaffAgent, "sup", "first")
		s.must(arrive(Actor{User: "sup", Role: RoleAgent}))
		s.attach(sequencer.StaffSupervisor, "sup", "other")
		s.must(arrive(Actor{User: "sup", Role: RoleSupervisor}))
		s.must(arrive(Actor{User: "sup", Role: RoleAgent})) // the first again
		if err := arrive(Actor{User: "v", Role: RoleVisitor}); !errors.Is(err, errStaff) {
			t.Errorf("a visitor: %v", err)
		}
		s.visit("v", "")
		time.Sleep(2*time.Minute + time.Second)
		if told := s.heard("sup", "desk"); countOf(told, "unanswered") != 1 {
			t.Errorf("%v", told)
		}
		if a, err := s.Agent(context.Background(), Actor{User: "a", Role: RoleAgent}, "sup"); err != nil || a.Role != RoleSupervisor || a.Status != StatusOffline {
			t.Errorf("%+v, %v", a, err)
		}
		s.check()
	})
}
