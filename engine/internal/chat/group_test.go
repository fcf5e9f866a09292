package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// reasonOf is the reason word of a refusal, "" for none.
func reasonOf(err error) string {
	var e *wire.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// Who may do what in a group: the owner, admins, members, strangers.
func TestGroupRights(t *testing.T) {
	ctx := context.Background()
	look := func(s *site, by string) error { _, err := s.Group(ctx, by, "g"); return err }
	list := func(s *site, by string) error { _, err := s.Members(ctx, by, "g", "", 10); return err }
	add := func(s *site, by string) error { _, err := s.AddMembers(ctx, by, "g", []string{"new"}); return err }
	kick := func(user string) func(s *site, by string) error {
		return func(s *site, by string) error { return s.RemoveMember(ctx, by, "g", user) }
	}
	who := []string{"owner", "admin", "member", "stranger"}
	for _, tc := range []struct {
		name string
		do   func(s *site, by string) error
		want []string // by who
	}{
		{"look", look, []string{"", "", "", "not_found"}},
		{"list", list, []string{"", "", "", "not_found"}},
		{"add", add, []string{"", "", "forbidden", "not_found"}},
		{"kick the owner", kick("owner"), []string{"forbidden", "forbidden", "forbidden", "not_found"}},
		{"kick an admin", kick("admin2"), []string{"", "forbidden", "forbidden", "not_found"}},
		{"kick a member", kick("member2"), []string{"", "", "forbidden", "not_found"}},
		{"kick a stranger", kick("stranger2"), []string{"not_found", "not_found", "forbidden", "not_found"}},
	} {
		for i, by := range who {
			t.Run(tc.name+" by "+by, func(t *testing.T) {
				s := open(t, func(c *Config, _ *sequencer.Config) { c.MaxMembers = 10 })
				s.group("g", "owner", "member", "member2")
				err := s.seq.Do(func(tx *sequencer.Tx) error {
					return errors.Join(tx.AddMember("g", "admin", uint8(RoleAdmin)), tx.AddMember("g", "admin2", uint8(RoleAdmin)))
				})
				if err != nil {
					t.Fatal(err)
				}
				if got := reasonOf(tc.do(s, by)); got != tc.want[i] {
					t.Errorf("%q, want %q", got, tc.want[i])
				}
			})
		}
	}
}

// Everybody but the owner may leave.
func TestLeave(t *testing.T) {
	s := open(t, nil)
	ctx := context.Background()
	s.group("g", "o", "m")
	for _, tc := range []struct{ user, want string }{{"o", "forbidden"}, {"m", ""}, {"m", "not_found"}, {"x", "not_found"}} {
		if got := reasonOf(s.RemoveMember(ctx, tc.user, "g", tc.user)); got != tc.want {
			t.Errorf("%s leaves: %q", tc.user, got)
		}
	}
	if got := reasonOf(s.RemoveMember(ctx, "o", "none", "o")); got != "not_found" {
		t.Errorf("no such group: %q", got)
	}
}

func TestCreateGroup(t *testing.T) {
	s := open(t, nil) // at most 5 members
	ctx := context.Background()
	for _, tc := range []struct {
		name string
		g    NewGroup
		want string
	}{
		{"all", NewGroup{ID: "g", Name: "name", Members: []string{"a", "a", "o", "b"}, MaxMembers: 3}, ""},
		{"again", NewGroup{ID: "g"}, "conflict"},
		{"no id", NewGroup{Name: "n"}, ""},
		{"bad id", NewGroup{ID: "a b"}, "bad_request"},
		{"long name", NewGroup{Name: strings.Repeat("n", maxGroupName+1)}, "bad_request"},
		{"bad member", NewGroup{Members: []string{""}}, "bad_request"},
		{"small", NewGroup{MaxMembers: -1}, "bad_request"},
		{"large", NewGroup{MaxMembers: 6}, "bad_request"},
		{"too many", NewGroup{Members: []string{"a", "b"}, MaxMembers: 2}, "group_full"},
	} {
		g, err := s.CreateGroup(ctx, "o", tc.g)
		if got := reasonOf(err); got != tc.want {
			t.Errorf("%s: %q", tc.name, got)
		}
		if err == nil && (g.Owner != "o" || g.ID == "" || g.Name != tc.g.Name || g.CreatedAt == 0 || g.MaxMembers == 0) {
			t.Errorf("%s: %+v", tc.name, g)
		}
	}
	g, err := s.Group(ctx, "a", "g")
	if err != nil || g.Members != 3 || g.MaxMembers != 3 {
		t.Errorf("%+v, %v", g, err)
	}
	var all []string
	for after := ""; ; {
		page, err := s.Members(ctx, "b", "g", after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page {
			all = append(all, fmt.Sprint(m.User, " ", m.Role))
			after = m.User
		}
		if len(page) < 2 {
			break
		}
	}
	if want := []string{"a member", "b member", "o owner"}; !slices.Equal(all, want) {
		t.Errorf("%v", all)
	}
}

// Members are taken in all or none.
func TestAddMembers(t *testing.T) {
	s := open(t, nil)
	ctx := context.Background()
	s.group("g", "o", "a")
	for _, tc := range []struct {
		users   []string
		want    string
		members int
	}{
		{[]string{"a", "b", "b"}, "", 3},
		{[]string{"c", "d", "e"}, "group_full", 3},
		{[]string{"a", "b", "c", "d"}, "", 5},
		{[]string{"a"}, "", 5},
		{[]string{"x y"}, "bad_request", 5},
	} {
		a, err := s.AddMembers(ctx, "o", "g", tc.users)
		if got := reasonOf(err); got != tc.want {
			t.Errorf("%v: %q", tc.users, got)
		}
		if err == nil && a.Group.Members != tc.members {
			t.Errorf("%v: %+v", tc.users, a)
		}
		if g, _ := s.Group(ctx, "o", "g"); g.Members != tc.members {
			t.Errorf("%v: then %+v", tc.users, g)
		}
	}
}

// Members hear of what happens to the group, and who is out hears no more.
func TestGroupEvents(t *testing.T) {
	s := open(t, nil)
	ctx := context.Background()
	o, a, b := s.simple("o"), s.connect(1, "a", "d", false), s.simple("b")
	s.settle()
	s.group("g", "o", "a")
	o.expect(object{"type": "group", "event": "created", "group_id": "g", "by": "o", "seq": 1, "user_ids": []any{"a"}, "name": "g"})
	a.expect(object{"type": "group", "event": "created"})
	if _, err := s.AddMembers(ctx, "o", "g", []string{"b", "a"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*conn{o, a, b} {
		c.expect(object{"type": "group", "event": "joined", "user_id": "b", "by": "o"})
	}
	if err := s.RemoveMember(ctx, "o", "g", "a"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*conn{o, a, b} {
		c.expect(object{"type": "group", "event": "kicked", "user_id": "a", "by": "o"})
	}
	if err := s.RemoveMember(ctx, "b", "g", "b"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*conn{o, b} {
		c.expect(object{"type": "group", "event": "left", "user_id": "b", "by": "b"})
	}
	s.write("o", wire.Request{GroupID: "g"})
	o.expect(object{"type": "chat", "group_id": "g", "seq": 5, "to": nil})
	s.settle()
	a.quiet()
	b.quiet()
}
