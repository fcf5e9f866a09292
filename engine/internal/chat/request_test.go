package chat

import (
	"fmt"
	"slices"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// gate makes a group with a way in.
func (s *site) gate(join Join, users ...string) {
	s.t.Helper()
	_, err := s.CreateGroup(s.t.Context(), users[0], NewGroup{ID: "g", Members: users[1:], Join: join})
	s.must(err)
}

func (s *site) waiting() (users []string) {
	s.t.Helper()
	list, err := s.JoinRequests(s.t.Context(), "o", "g", "", 2000)
	s.must(err)
	for _, r := range list {
		if r.At == 0 {
			s.t.Errorf("%+v", r)
		}
		users = append(users, fmt.Sprint(r.User, "<", r.By, r.Text))
	}
	return users
}

// Who comes in how, and what is told of the group.
func TestJoin(t *testing.T) {
	join := func(s *site, by string) (Admission, error) { return s.JoinGroup(s.t.Context(), by, "g", "please") }
	add := func(s *site, by string) (Admission, error) {
		return s.AddMembers(s.t.Context(), by, "g", []string{"new"})
	}
	for _, tc := range []struct {
		what, by     string
		join         Join
		do           func(*site, string) (Admission, error)
		want         string // the reason, if refused
		in, requests string // who is in now, who waits
		told         bool   // of the group
	}{
		{"join", "x", JoinClosed, join, "not_found", "", "", false},
		{"join", "x", JoinApproval, join, "", "", "x", false},
		{"join", "x", JoinOpen, join, "", "x", "", true},
		{"join", "m", JoinClosed, join, "", "", "", true},
		{"join", "banned", JoinClosed, join, "not_found", "", "", false},
		{"join", "banned", JoinApproval, join, "banned", "", "", false},
		{"join", "banned", JoinOpen, join, "banned", "", "", false},
		{"add", "m", JoinClosed, add, "forbidden", "", "", false},
		{"add", "m", JoinApproval, add, "", "", "new", true},
		{"add", "m", JoinOpen, add, "", "new", "", true},
		{"add", "o", JoinClosed, add, "", "new", "", true},
		{"add", "o", JoinApproval, add, "", "new", "", true},
		{"add", "x", JoinClosed, add, "not_found", "", "", false},
		{"add", "x", JoinOpen, add, "not_found", "", "", false},
	} {
		t.Run(fmt.Sprint(tc.what, " by ", tc.by, " where ", tc.join), func(t *testing.T) {
			s := open(t, nil)
			s.gate(tc.join, "o", "m")
			s.must(s.Ban(t.Context(), "o", "g", "banned"))
			a, err := tc.do(s, tc.by)
			s.refused("it", err, tc.want)
			list := func(user string) []string {
				if user == "" {
					return nil
				}
				return []string{user}
			}
			if !slices.Equal(a.Joined, list(tc.in)) || !slices.Equal(a.Requested, list(tc.requests)) || (a.Group.ID == "g") != tc.told {
				t.Errorf("%+v", a)
			}
			if waits := s.waiting(); len(waits) != len(list(tc.requests)) {
				t.Errorf("waiting: %v", waits)
			}
			if tc.in != "" {
				if _, err := s.Group(t.Context(), tc.in, "g"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	s := open(t, nil)
	_, err := s.JoinGroup(t.Context(), "x", "none", "")
	s.refused("no group", err, "not_found")
}

// The owner and admins hear of a request, who asked hears of the answer, and
// nobody else of either.
func TestRequests(t *testing.T) {
	s := open(t, nil)
	ctx := t.Context()
	s.gate(JoinApproval, "o", "admin", "m")
	_, err := s.SetMember(ctx, "o", "g", "admin", patchOf(RoleAdmin, 0))
	s.must(err)
	o, admin, m, x, y := s.simple("o"), s.simple("admin"), s.simple("m"), s.simple("x"), s.simple("y")
	s.forget(o, admin, m, x, y)
	requested := func(by string, users ...string) {
		t.Helper()
		for _, c := range []*conn{o, admin} {
			for _, user := range users {
				c.expect(object{"type": "group", "event": "requested", "group_id": "g", "user_id": user, "by": by, "seq": nil})
			}
		}
		s.silent(o, admin, m, x, y)
	}
	join := func(user, text string) {
		_, err := s.JoinGroup(ctx, user, "g", text)
		s.must(err)
		requested(user, user)
	}
	join("x", "hi")
	_, err = s.AddMembers(ctx, "m", "g", []string{"m", "y", "z"})
	s.must(err)
	requested("m", "y", "z")
	if got, want := s.waiting(), []string{"x<xhi", "y<m", "z<m"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	page, err := s.JoinRequests(ctx, "admin", "g", "x", 1)
	if err != nil || len(page) != 1 || page[0].User != "y" {
		t.Errorf("%+v, %v", page, err)
	}
	s.must(s.AnswerRequest(ctx, "admin", "g", "x", false))
	x.expect(object{"type": "group", "event": "refused", "group_id": "g", "user_id": "x", "by": "admin"})
	s.silent(o, admin, m, x, y)
	s.must(s.AnswerRequest(ctx, "admin", "g", "y", true))
	for _, c := range []*conn{o, admin, m, y} {
		c.expect(object{"type": "group", "event": "joined", "user_id": "y", "by": "admin"})
	}
	s.silent(o, admin, m, x, y)
	s.must(s.Ban(ctx, "o", "g", "z"))
	for _, user := range []string{"x", "y", "z"} {
		s.refused(user, s.AnswerRequest(ctx, "o", "g", user, true), "not_found")
	}
	if got := s.waiting(); got != nil {
		t.Errorf("still %v", got)
	}
}

// A request of somebody who came in another way can be answered, and is gone then.
func TestRequestOfMember(t *testing.T) {
	s := open(t, nil)
	s.gate(JoinApproval, "o")
	_, err := s.JoinGroup(t.Context(), "x", "g", "")
	s.must(err)
	s.must(s.seq.Do(func(tx *sequencer.Tx) error { return tx.AddMember("g", "x", 0) }))
	s.must(s.AnswerRequest(t.Context(), "o", "g", "x", true))
	if got := s.waiting(); got != nil {
		t.Errorf("still %v", got)
	}
}

// So many may wait and no more; a full group takes nobody in, and who waits goes
// on waiting.
func TestRequestLimits(t *testing.T) {
	s := open(t, nil)
	ctx := t.Context()
	s.gate(JoinApproval, "o", "m", "n", "p", "q") // full
	users := make([]string, maxRequests)
	for i := range users {
		users[i] = fmt.Sprint("x", i)
	}
	_, err := s.AddMembers(ctx, "m", "g", users)
	s.must(err)
	_, err = s.JoinGroup(ctx, "y", "g", "")
	s.refused("one more", err, "conflict")
	s.refused("into a full group", s.AnswerRequest(ctx, "o", "g", "x0", true), "group_full")
	if n := len(s.waiting()); n != maxRequests {
		t.Errorf("%d wait", n)
	}
}

// Who comes later sees what was before, or not, as the group has it.
func TestOldHistory(t *testing.T) {
	s := open(t, nil)
	for _, old := range []bool{false, true} {
		id := fmt.Sprint("g", old)
		_, err := s.CreateGroup(t.Context(), "o", NewGroup{ID: id, Join: JoinOpen, OldHistory: old})
		s.must(err)
		s.write("o", wire.Request{GroupID: id})
		for range 2 { // who comes back, too
			_, err = s.JoinGroup(t.Context(), "x", id, "")
			s.must(err)
			page := s.historyHTTP(t, "x", wire.Request{GroupID: id, Limit: 9}).seqs()
			if old != (page[0] == 1) {
				t.Errorf("old history %v: %v", old, page)
			}
			c := s.track("x")
			entries, _ := c.sync(fmt.Sprintf(`,"cursors":{"group_%s":0}`, id))
			s.hears(entries, "group_"+id, page)
			c.hangUp()
			s.must(s.RemoveMember(t.Context(), "x", id, "x"))
		}
	}
}
