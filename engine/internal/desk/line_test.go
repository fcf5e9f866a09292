package desk

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// filled is a desk, without a clerk, for which so many wait, of two groups by turns.
func filled(t *testing.T, n int) *site {
	t.Helper()
	cfg := usual()
	cfg.MaxQueue = 0
	s := openQuiet(t, vfs.NewMem(), cfg)
	t.Cleanup(func() { s.close() })
	s.skill(storage.DeskSkill{ID: "s"})
	s.must(s.do(func(tx *sequencer.Tx) error {
		for i := range n {
			if _, err := s.Desk.open(tx, backend, fmt.Sprint("v", i), &NewSession{Skill: modelSkills[i%2], Priority: int32(i % 3)}); err != nil {
				return err
			}
		}
		return nil
	}))
	return s
}

// A queue that is long is shown up to a bound, and how long it is.
func TestLongQueue(t *testing.T) {
	s := filled(t, MaxQueueShown+20)
	list, n, err := s.Queue(t.Context(), backend)
	if err != nil || n != MaxQueueShown+20 || len(list) != MaxQueueShown {
		t.Fatalf("%d of %d: %v", len(list), n, err)
	}
	if !slices.IsSortedFunc(list, func(a, b Session) int { return ahead(&session{rec: a.DeskSession}, &session{rec: b.DeskSession}) }) {
		t.Error("not in order")
	}
	for _, i := range []int{0, 1, 100, MaxQueueShown - 1} {
		if got := s.see(list[i].ID); got.Position != list[i].Position || got.Position == 0 {
			t.Errorf("the %d. is shown at %d and is at %d", i, list[i].Position, got.Position)
		}
	}
}

// Of many agents the first are shown: those who are free, in their order, then
// others by id.
func TestManyCandidates(t *testing.T) {
	s := filled(t, 0)
	s.must(s.do(func(tx *sequencer.Tx) error {
		for i := range 150 {
			status := StatusBusy
			if i >= 130 {
				status = StatusOnline
			}
			a := s.Desk.put(tx, backend, fmt.Sprintf("a%03d", i), &AgentPatch{Status: ptr(status.String())})
			s.floor.reseat(a, func() { a.connected = true })
		}
		return nil
	}))
	c, err := s.Next(t.Context(), backend, "", "")
	if err != nil || len(c.Candidates) != MaxCandidates || c.Agent != "a130" {
		t.Fatalf("%d, %s first: %v", len(c.Candidates), c.Agent, err)
	}
	for i, got := range c.Candidates {
		want := fmt.Sprintf("a%03d", i+130)
		if i >= 20 {
			want = fmt.Sprintf("a%03d", i-20)
		}
		if got.User != want || got.Eligible != (i < 20) {
			t.Errorf("%d: %+v, want %s", i, got, want)
		}
	}
}

// Candidates of both groups are shown once, the visitor's last agent first.
func TestCandidatesOfBothGroups(t *testing.T) {
	f := newFloor()
	f.skills["s"] = &skill{rec: storage.DeskSkill{ID: "s", Fallback: "help"}}
	f.skills["help"] = &skill{rec: storage.DeskSkill{ID: "help"}}
	for _, id := range []string{"a", "b", "c"} {
		f.add(storage.DeskAgent{User: id, Status: uint8(StatusOnline), Skills: []string{"help", "s"}}, true)
	}
	c := f.explain(want{lane: laneKey{skill: "s", fallen: true}, last: "b"})
	var users []string
	for _, x := range c.Candidates {
		users = append(users, x.User)
	}
	if !slices.Equal(users, []string{"b", "a", "c"}) || c.Agent != "b" {
		t.Errorf("%+v", c)
	}
}

// What a visitor who waits writes leaves the queue as it is: nobody is looked for, and
// nobody is told.
func TestWritingInTheQueue(t *testing.T) {
	s := filled(t, 3)
	one := s.see(s.floor.byVisitor["v1"].rec.ID)
	s.must(s.look(func(tx *sequencer.Tx) error {
		s.tellWaiting(tx)
		s.clerk.moved.Store(false)
		return nil
	}))
	s.talk("v1", one.ID)
	s.must(s.seq.Do(func(tx *sequencer.Tx) error {
		if got := s.floor.sessions[one.ID].rec; got.SpokenAt == 0 || s.floor.stir || s.clerk.moved.Load() {
			t.Errorf("spoken at %d, stirred %v, moved %v", got.SpokenAt, s.floor.stir, s.clerk.moved.Load())
		}
		return nil
	}))
	s.check()
}

// Visitors are told their place once they are there, and again when they come back.
func TestPlaceOfWhoComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.visit("u", "")
		s.visit("v", "")
		if told := s.heard("v", "queue"); len(told) != 0 {
			t.Errorf("%v", told)
		}
		comes := func(place float64) {
			t.Helper()
			s.connect("v")
			time.Sleep(5 * time.Second)
			if told := s.heard("v", "queue"); len(told) != 1 || told[0]["position"] != place {
				t.Errorf("%v", told)
			}
			s.disconnect("v")
		}
		comes(2)
		comes(2)
		s.end(visitorActor("u"), s.visit("u", "").ID)
		comes(1)
	})
}

// Those at the end of a long queue are told their places, too, however often it moves.
func TestPlacesToTheEnd(t *testing.T) {
	const n = 2*maxPlaces + 500
	s := filled(t, n)
	for i := range n {
		s.must(s.seq.Attach(delivery.Conn{Serial: uint64(i) + 1}, fmt.Sprint("v", i), "d", true, func(delivery.Conn, error) {}))
	}
	s.sync()
	heard := make(map[string]int)
	for round, want := range []struct {
		told int
		all  bool
	}{{maxPlaces, false}, {maxPlaces, false}, {500, false}, {maxPlaces, false}} {
		all := false
		s.mu.Lock()
		clear(s.frames)
		s.mu.Unlock()
		s.must(s.look(func(tx *sequencer.Tx) error {
			for _, x := range s.floor.sessions { // as if all had moved on
				x.told = 0
			}
			all = s.tellPlaces(tx)
			return nil
		}))
		s.mu.Lock()
		for user := range s.frames {
			heard[user]++
		}
		told := len(s.frames)
		s.mu.Unlock()
		if told != want.told || all != want.all {
			t.Errorf("%d. round: %d were told, all: %v", round, told, all)
		}
		if round == 2 && len(heard) != n {
			t.Errorf("%d of %d were told", len(heard), n)
		}
	}
}

// A change of a skill group that changes nothing for a session leaves it alone.
func TestSkillChangesNothing(t *testing.T) {
	s := filled(t, 4)
	s.clerk.moved.Store(false)
	s.skill(storage.DeskSkill{ID: "s", Name: "named"})
	if s.clerk.moved.Load() {
		t.Error("the queue has moved")
	}
	s.check()
}
