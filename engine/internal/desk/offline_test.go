package desk

import (
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/storage"
)

// Who has left a message and comes again while the desk is open is looked after.
func TestResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, func(c *Config) { c.MaxQueue = 1 })
		one := s.visit("v", "")
		time.Sleep(10*time.Minute + time.Second)
		s.is(one.ID, storage.DeskOffline)
		if again := s.visit("v", ""); again.ID != one.ID || again.State != storage.DeskQueued || again.Position != 1 || again.Waited != 0 {
			t.Errorf("%+v", again)
		}
		s.check()
		time.Sleep(10*time.Minute + time.Second)
		s.is(one.ID, storage.DeskOffline)
		other := s.visit("w", "")
		if full := s.visit("v", ""); full.ID != one.ID || full.State != storage.DeskOffline { // the message stays
			t.Errorf("%+v", full)
		}
		s.end(visitorActor("w"), other.ID)
		s.agent("a")
		s.has(one.ID, "")
		if again := s.visit("v", ""); again.Agent != "a" || again.Waited != 0 {
			t.Errorf("%+v", again)
		}
		s.logged(one.ID, "queued offline/nobody came queued offline/nobody came assigned/a")
		s.check()
	})
}

// Outside of the hours coming again changes nothing.
func TestResumeInHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // from a Saturday's midnight on
		hours, err := ParseHours("sat 01:00-02:00", "UTC")
		if err != nil {
			t.Fatal(err)
		}
		s := start(t, func(c *Config) { c.Hours, c.MaxOffline = hours, 2 })
		s.agent("a")
		one, two := s.visit("v", ""), s.visit("w", "")
		s.is(s.visit("v", "").ID, storage.DeskOffline)
		_, err = s.Open(t.Context(), visitorActor("x"), NewSession{})
		s.refused(err, wire.ReasonBusy) // too many have left a message
		time.Sleep(61 * time.Minute)
		s.is(one.ID, storage.DeskOffline)
		s.talk("v", one.ID)
		s.is(one.ID, storage.DeskOffline)
		if again := s.visit("v", ""); again.ID != one.ID || again.Agent != "a" {
			t.Errorf("%+v", again)
		}
		time.Sleep(time.Hour)
		s.is(s.visit("x", "").ID, storage.DeskOffline)
		s.is(two.ID, storage.DeskOffline)
		s.check()
	})
}

// Where too many have left a message, whom nobody comes to goes unserved.
func TestUnserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, func(c *Config) { c.MaxOffline = 1 })
		one, two := s.visit("v", ""), s.visit("w", "")
		time.Sleep(10*time.Minute + time.Second)
		s.is(one.ID, storage.DeskOffline)
		if got := s.see(two.ID); got.State != storage.DeskClosed || got.Reason != ReasonUnserved || got.ClosedBy != "system" {
			t.Errorf("%+v", got)
		}
		s.logged(two.ID, "queued closed/unserved")
		if c := s.Counts(); c.Offline != 1 || c.Closed[ReasonUnserved] != 1 || c.Abandoned != 0 {
			t.Errorf("%+v", c)
		}
		s.end(visitorActor("v"), one.ID)
		if got := s.see(one.ID); got.Reason != ReasonAbandoned { // nobody ever came
			t.Errorf("%+v", got)
		}
		three := s.visit("x", "")
		time.Sleep(10*time.Minute + time.Second)
		s.is(three.ID, storage.DeskOffline)
		s.check()
	})
}

// Agents hear how many have left a message.
func TestOfflineIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.supervisor("sup")
		one := s.visit("v", "")
		time.Sleep(10*time.Minute + 2*time.Second)
		last := func() object {
			told := s.heard("sup", "desk")
			if len(told) == 0 {
				t.Fatal("nothing was told")
			}
			return told[len(told)-1]
		}
		if o := last(); o["event"] != wire.DeskWaiting || o["waiting"] != 0.0 || o["offline"] != 1.0 {
			t.Errorf("%v", o)
		}
		s.end(visitorActor("v"), one.ID)
		time.Sleep(2 * time.Second)
		if o := last(); o["event"] != wire.DeskWaiting || o["offline"] != 0.0 {
			t.Errorf("%v", o)
		}
	})
}
