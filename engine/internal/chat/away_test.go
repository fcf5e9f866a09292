package chat

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
)

// absent are who is away, of each message of the log.
func (s *site) absent() (users [][]string) {
	s.t.Helper()
	a := s.Absence(500, "system")
	_, err := s.Log(0, math.MaxInt64, 100, func(e *Logged) bool {
		list, err := a.Of(e)
		s.must(err)
		var names []string
		for _, w := range list {
			names = append(names, w.User)
		}
		users = append(users, names)
		return true
	})
	s.must(err)
	return users
}

// Of what was imported nobody is told, however young it is.
func TestNobodyIsAwayOfImports(t *testing.T) {
	s := open(t, nil)
	now := time.Now()
	for _, at := range []int64{1, now.UnixMilli(), now.Add(time.Minute).UnixMilli()} {
		out, err := s.SendBatch(t.Context(), []Outgoing{{From: "a", To: "b", Content: []byte("1"), Time: at}})
		s.must(err)
		s.must(out[0].Err)
		if at > 1 { // which is still to be edited; an edit leaves it what it is
			s.must(s.Edit(t.Context(), "a", &wire.Request{ID: out[0].Sent.ID, Content: []byte("2")}))
		}
	}
	for i, users := range s.absent() {
		if users != nil {
			t.Errorf("%d: %v", i, users)
		}
	}
}

// Where the clock has gone back, messages bear times long before those of their ids.
func TestAwayByAWrongClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // its clock is years behind the first id
		s := open(t, nil)
		s.talk("a", "b", 3)
		for i, users := range s.absent() {
			if len(users) != 1 || users[0] != "b" {
				t.Errorf("%d: %v", i, users)
			}
		}
	})
}
