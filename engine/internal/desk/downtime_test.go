package desk

import (
	"testing"
	"testing/synctest"
	"time"

	"gannet/storage"
)

// What ran out while the engine was down is charged to nobody: agents and visitors
// have the grace to come back, then it goes on.
func TestDowntime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.put("a", AgentPatch{MaxSessions: ptr(3)})
		s.agent("a")
		fresh, silent, warned := s.visit("v1", ""), s.visit("v2", ""), s.visit("v3", "")
		s.talk("a", warned.ID)
		waits := s.visit("v4", "")
		time.Sleep(5*time.Minute + time.Second)
		s.talk("a", silent.ID)
		s.connect("b")
		before := s.log("service_" + warned.ID)
		s.close()
		time.Sleep(24 * time.Hour)
		s = s.restart(t)
		s.sync()
		s.check()
		time.Sleep(59 * time.Second)
		s.connect("a")
		s.logged(silent.ID, `assigned/a a:"x"`)
		s.has(fresh.ID, "a")
		s.has(silent.ID, "a")
		s.has(warned.ID, "a")
		s.is(waits.ID, storage.DeskQueued)
		if after := s.log("service_" + warned.ID); after != before {
			t.Errorf("%s, before: %s", after, before)
		}
		s.talk("v3", warned.ID)
		time.Sleep(2 * time.Second)
		s.has(fresh.ID, "a")
		s.logged(silent.ID, `assigned/a a:"x" warned/still there?`)
		s.is(warned.ID, storage.DeskActive)
		s.is(waits.ID, storage.DeskOffline)
		s.check()
	})
}

// Who waited for long enough while the engine was down has an agent of the fallback
// group at once.
func TestDowntimeFallsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.skill(storage.DeskSkill{ID: "help"})
		s.skill(storage.DeskSkill{ID: "s", Fallback: "help", FallbackAfter: 60_000})
		s.put("b", AgentPatch{MaxSessions: ptr(1)})
		s.agent("b", "s")
		s.agent("h", "help")
		s.visit("u", "s")
		one := s.visit("v", "s")
		s.has(one.ID, "")
		s.close()
		time.Sleep(time.Hour)
		s = s.restart(t)
		s.connect("b")
		s.has(one.ID, "")
		s.connect("h")
		s.has(one.ID, "h")
		s.check()
	})
}
