package chat

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// patchOf changes a role, but to owner, and a mute, but to 0.
func patchOf(role Role, mutedUntil int64) (p MemberPatch) {
	if role != RoleOwner {
		p.Role = &role
	}
	if mutedUntil != 0 {
		p.MutedUntil = &mutedUntil
	}
	return p
}

// Every operation on a group and the entry that tells of it, in the log and to who
// is there.
func TestGroupLog(t *testing.T) {
	s := open(t, func(c *Config, _ *sequencer.Config) { c.MaxMembers, c.GroupMembers = 6, 9 })
	ctx := t.Context()
	s.group("g", "o", "w", "m")
	w := s.simple("w")
	s.forget(w)
	name, news, most, join, on, off := "new", "hear", 7, JoinOpen, true, false
	update := func(p GroupPatch) error { _, err := s.UpdateGroup(ctx, "o", "g", p); return err }
	member := func(p MemberPatch) error { _, err := s.SetMember(ctx, "o", "g", "m", p); return err }
	future := time.Now().Add(time.Hour).UnixMilli()
	const none = int64(-1) // in the past
	for i, step := range []struct {
		do   func() error
		want object
	}{
		{func() error { return update(GroupPatch{Name: &name, Announcement: &news}) }, object{"event": "updated", "name": "new", "announcement": "hear"}},
		{func() error { return update(GroupPatch{MaxMembers: &most, Join: &join, OldHistory: &on}) }, object{"event": "updated", "max_members": 7, "join": "open", "old_history": true}},
		{func() error { return update(GroupPatch{Muted: &on}) }, object{"event": "updated", "muted": true}},
		{func() error { return update(GroupPatch{Muted: &off, OldHistory: &off}) }, object{"event": "updated", "muted": false, "old_history": false}},
		{func() error { return member(patchOf(RoleAdmin, 0)) }, object{"event": "role", "user_id": "m", "role": "admin"}},
		{func() error { return member(patchOf(RoleMember, 0)) }, object{"event": "role", "user_id": "m", "role": "member"}},
		{func() error { return member(patchOf(RoleOwner, future)) }, object{"event": "muted", "user_id": "m", "until": future}},
		{func() error { return member(patchOf(RoleOwner, none)) }, object{"event": "unmuted", "user_id": "m"}},
		{func() error { _, err := s.JoinGroup(ctx, "x", "g", ""); return err }, object{"event": "joined", "user_id": "x", "by": "x"}},
		{func() error { _, err := s.AddMembers(ctx, "o", "g", []string{"y", "z"}); return err }, object{"event": "joined", "user_ids": []any{"y", "z"}, "user_id": nil}},
		{func() error { return s.RemoveMember(ctx, "y", "g", "y") }, object{"event": "left", "user_id": "y", "by": "y"}},
		{func() error { return s.RemoveMember(ctx, "o", "g", "z") }, object{"event": "kicked", "user_id": "z"}},
		{func() error { return s.Ban(ctx, "o", "g", "x") }, object{"event": "banned", "user_id": "x"}},
		{func() error { return s.Ban(ctx, "o", "g", "stranger") }, object{"event": "banned", "user_id": "stranger"}},
		{func() error { return s.Unban(ctx, "o", "g", "x") }, object{"event": "unbanned", "user_id": "x"}},
		{func() error { return s.TransferGroup(ctx, "o", "g", "m") }, object{"event": "transferred", "user_id": "m"}},
		{func() error { return s.DissolveGroup(ctx, "m", "g") }, object{"event": "dissolved", "by": "m"}},
	} {
		s.refused(fmt.Sprint(step.want), step.do(), "")
		by := "o"
		if step.want["by"] != nil {
			by = step.want["by"].(string)
		}
		got := w.expect(object{"type": "group", "group_id": "g", "conv_id": "group_g", "by": by, "seq": i + 2})
		if got.has(t, step.want); step.want["event"] == "dissolved" {
			break
		}
		page := s.page("w", "group_g")
		if last := page[len(page)-1]; last["raw"] != got["raw"] {
			t.Errorf("the log has %v, %v was told", last["raw"], got["raw"])
		}
		s.silent(w)
	}
	s.silent(w)
}

// Doing again what is so already tells nobody.
func TestGroupAgain(t *testing.T) {
	s := open(t, nil)
	ctx := t.Context()
	s.group("g", "o", "m")
	s.must(s.Ban(ctx, "o", "g", "x"))
	o := s.simple("o")
	s.forget(o)
	_, err := s.SetMember(ctx, "o", "g", "m", patchOf(RoleMember, -1))
	s.refused("the same role, not muted", err, "")
	s.refused("a ban", s.Ban(ctx, "o", "g", "x"), "")
	a, err := s.AddMembers(ctx, "o", "g", []string{"m"})
	s.refused("a member", err, "")
	b, err := s.JoinGroup(ctx, "m", "g", "")
	s.refused("a member joins", err, "")
	if len(a.Joined) != 0 || len(b.Joined) != 0 || a.Group.Members != 2 || b.Group.Members != 2 {
		t.Errorf("%+v, %+v", a, b)
	}
	s.refused("no ban", s.Unban(ctx, "o", "g", "y"), "not_found")
	s.silent(o)
}

// Who may do what: the owner, an admin, a member, who was a member, a stranger.
func TestMemberRights(t *testing.T) {
	who := []string{"owner", "admin", "member", "left", "stranger"}
	name, muted := "n", time.Now().Add(time.Hour).UnixMilli()
	set := func(user string, p MemberPatch) func(s *site, by string) error {
		return func(s *site, by string) error { _, err := s.SetMember(s.t.Context(), by, "g", user, p); return err }
	}
	ban := func(user string) func(s *site, by string) error {
		return func(s *site, by string) error { return s.Ban(s.t.Context(), by, "g", user) }
	}
	for what, tc := range map[string]struct {
		do   func(s *site, by string) error
		want []string
	}{
		"update": {func(s *site, by string) error {
			_, err := s.UpdateGroup(s.t.Context(), by, "g", GroupPatch{Name: &name})
			return err
		}, []string{"", "", "forbidden", "not_found", "not_found"}},
		"bans": {func(s *site, by string) error { _, err := s.Bans(s.t.Context(), by, "g", "", 9); return err },
			[]string{"", "", "forbidden", "not_found", "not_found"}},
		"requests": {func(s *site, by string) error { _, err := s.JoinRequests(s.t.Context(), by, "g", "", 9); return err },
			[]string{"", "", "forbidden", "not_found", "not_found"}},
		"answer": {func(s *site, by string) error { return s.AnswerRequest(s.t.Context(), by, "g", "nobody", true) },
			[]string{"not_found", "not_found", "forbidden", "not_found", "not_found"}},
		"unban": {func(s *site, by string) error { return s.Unban(s.t.Context(), by, "g", "banned") },
			[]string{"", "", "forbidden", "not_found", "not_found"}},
		"ban a stranger":   {ban("other"), []string{"", "", "forbidden", "not_found", "not_found"}},
		"ban a member":     {ban("member2"), []string{"", "", "forbidden", "not_found", "not_found"}},
		"ban an admin":     {ban("admin2"), []string{"", "forbidden", "forbidden", "not_found", "not_found"}},
		"ban the owner":    {ban("owner"), []string{"forbidden", "forbidden", "forbidden", "not_found", "not_found"}},
		"ban no user":      {ban("a b"), []string{"bad_request", "bad_request", "bad_request", "bad_request", "bad_request"}},
		"make an admin":    {set("member2", patchOf(RoleAdmin, 0)), []string{"", "forbidden", "forbidden", "not_found", "not_found"}},
		"make a member":    {set("admin2", patchOf(RoleMember, 0)), []string{"", "forbidden", "forbidden", "not_found", "not_found"}},
		"mute a member":    {set("member2", patchOf(RoleOwner, muted)), []string{"", "", "forbidden", "not_found", "not_found"}},
		"mute an admin":    {set("admin2", patchOf(RoleOwner, muted)), []string{"", "forbidden", "forbidden", "not_found", "not_found"}},
		"mute the owner":   {set("owner", patchOf(RoleOwner, muted)), []string{"forbidden", "forbidden", "forbidden", "not_found", "not_found"}},
		"mute a stranger":  {set("other", patchOf(RoleOwner, muted)), []string{"not_found", "not_found", "forbidden", "not_found", "not_found"}},
		"transfer":         {func(s *site, by string) error { return s.TransferGroup(s.t.Context(), by, "g", "member2") }, []string{"", "forbidden", "forbidden", "not_found", "not_found"}},
		"transfer outside": {func(s *site, by string) error { return s.TransferGroup(s.t.Context(), by, "g", "other") }, []string{"bad_request", "forbidden", "forbidden", "not_found", "not_found"}},
		"dissolve":         {func(s *site, by string) error { return s.DissolveGroup(s.t.Context(), by, "g") }, []string{"", "forbidden", "forbidden", "not_found", "not_found"}},
	} {
		for i, by := range who {
			t.Run(what+" by "+by, func(t *testing.T) {
				s := open(t, func(c *Config, _ *sequencer.Config) { c.MaxMembers = 10 })
				s.group("g", "owner", "admin", "admin2", "member", "member2", "left")
				for _, user := range []string{"admin", "admin2"} {
					s.must(set(user, patchOf(RoleAdmin, 0))(s, "owner"))
				}
				s.must(s.RemoveMember(t.Context(), "left", "g", "left"))
				s.must(s.Ban(t.Context(), "owner", "g", "banned"))
				if got := reasonOf(tc.do(s, by)); got != tc.want[i] {
					t.Errorf("%q, want %q", got, tc.want[i])
				}
			})
		}
	}
}

// There is one owner.
func TestOwner(t *testing.T) {
	s := open(t, nil)
	ctx := t.Context()
	s.group("g", "o", "m", "n")
	owner := RoleOwner
	_, err := s.SetMember(ctx, "o", "g", "m", MemberPatch{Role: &owner})
	s.refused("a second owner", err, "bad_request")
	until := time.Now().Add(time.Hour).UnixMilli()
	_, err = s.SetMember(ctx, "o", "g", "m", MemberPatch{MutedUntil: &until})
	s.must(err)
	s.refused("to oneself", s.TransferGroup(ctx, "o", "g", "o"), "bad_request")
	s.must(s.TransferGroup(ctx, "o", "g", "m"))
	members, err := s.Members(ctx, "n", "g", "", 10)
	s.must(err)
	var roles []string
	for _, m := range members {
		roles = append(roles, fmt.Sprint(m.User, " ", m.Role, " ", m.MutedUntil))
	}
	if want := []string{"m owner 0", "n member 0", "o admin 0"}; !slices.Equal(roles, want) {
		t.Errorf("%v", roles)
	}
	if g, err := s.Group(ctx, "n", "g"); err != nil || g.Owner != "m" {
		t.Errorf("%+v, %v", g, err)
	}
	s.refused("the new owner leaves", s.RemoveMember(ctx, "m", "g", "m"), "forbidden")
	s.refused("the old one", s.RemoveMember(ctx, "o", "g", "o"), "")
}

// Who is muted may not write until the time is over; where all are, only the owner
// and admins may.
func TestMute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		ctx := t.Context()
		s.group("g", "o", "admin", "m")
		_, err := s.SetMember(ctx, "o", "g", "admin", patchOf(RoleAdmin, 0))
		s.must(err)
		write := func(user, want string) {
			t.Helper()
			_, err := s.Send(ctx, user, &wire.Request{GroupID: "g", Content: []byte("1")})
			s.refused(user, err, want)
		}
		mute := func(user string, length time.Duration) {
			until := time.Now().Add(length).UnixMilli()
			_, err := s.SetMember(ctx, "o", "g", user, MemberPatch{MutedUntil: &until})
			s.must(err)
		}
		mute("m", time.Minute)
		mute("admin", time.Hour)
		write("m", "muted")
		write("admin", "muted")
		time.Sleep(time.Minute)
		write("m", "")
		mute("admin", 0)
		write("admin", "")
		on, off := true, false
		_, err = s.UpdateGroup(ctx, "o", "g", GroupPatch{Muted: &on})
		s.must(err)
		write("m", "muted")
		write("admin", "")
		write("o", "")
		c := s.simple("m")
		s.forget(c)
		c.ask(`{"type":"send","cid":"s","group_id":"g","content":1}`, object{"type": "error", "cid": "s", "reason": "muted", "code": 403})
		_, err = s.UpdateGroup(ctx, "o", "g", GroupPatch{Muted: &off})
		s.must(err)
		write("m", "")
	})
}
