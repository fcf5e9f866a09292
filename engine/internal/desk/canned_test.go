package desk

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"gannet/codec/wire"
)

var (
	amy  = Actor{User: "amy", Role: RoleAgent}
	bea  = Actor{User: "bea", Role: RoleAgent}
	sue  = Actor{User: "sue", Role: RoleSupervisor}
	vera = Actor{User: "vera", Role: RoleVisitor}
)

// reply adds a canned reply.
func (s *site) reply(by Actor, n NewReply) Reply {
	s.t.Helper()
	if n.Text == "" {
		n.Text = n.Title
	}
	r, err := s.PutReply(context.Background(), by, "", n)
	s.must(err)
	return r
}

// titles are those of the replies that an actor may use.
func (s *site) titles(by Actor, skill string) string {
	s.t.Helper()
	list, err := s.Replies(context.Background(), by, skill)
	s.must(err)
	var titles []string
	for _, r := range list {
		titles = append(titles, r.Title)
	}
	return strings.Join(titles, " ")
}

func TestRepliesAreOnesOwnOrEverybodys(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	s.skill(Skill{ID: "billing"})
	s.skill(Skill{ID: "law"})
	s.reply(amy, NewReply{Title: "bye"})
	s.reply(bea, NewReply{Title: "a-bea"})
	hello := s.reply(sue, NewReply{Title: "hello", Shared: true})
	s.reply(backend, NewReply{Title: "refund", Skill: "billing"})
	for _, c := range []struct {
		by          Actor
		skill, want string
	}{
		{amy, "", "bye hello refund"}, {bea, "", "a-bea hello refund"}, {amy, "billing", "bye hello refund"},
		{amy, "law", "bye hello"}, {backend, "", "hello refund"}, {sue, "", "hello refund"},
	} {
		if got := s.titles(c.by, c.skill); got != c.want {
			t.Errorf("%s finds %q for %q, want %q", c.by.User, got, c.skill, c.want)
		}
	}
	_, err := s.Replies(ctx, vera, "")
	s.refused(err, wire.ReasonForbidden)
	_, err = s.Replies(ctx, Actor{User: "carl"}, "")
	s.refused(err, wire.ReasonForbidden)

	s = s.restart(t)
	r, err := s.PutReply(ctx, sue, hello.ID, NewReply{Title: "hi", Text: "hi there"})
	s.must(err)
	if r.Owner != "" || r.Text != "hi there" || r.UpdatedAt < hello.UpdatedAt || r.ID != hello.ID {
		t.Errorf("%+v", r)
	}
	if got := s.titles(amy, ""); got != "bye hi refund" {
		t.Error(got)
	}
}

func TestWhoMayChangeAReply(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	shared := s.reply(sue, NewReply{Title: "shared", Shared: true})
	own := s.reply(amy, NewReply{Title: "own"})
	for _, c := range []struct {
		by     Actor
		id     string
		reason string
	}{
		{amy, shared.ID, wire.ReasonForbidden}, {bea, own.ID, wire.ReasonNotFound}, {sue, own.ID, wire.ReasonNotFound},
		{backend, own.ID, wire.ReasonNotFound}, {vera, own.ID, wire.ReasonForbidden}, {amy, "nothing", wire.ReasonNotFound},
		{amy, "no id", wire.ReasonNotFound},
	} {
		_, err := s.PutReply(ctx, c.by, c.id, NewReply{Title: "x", Text: "x"})
		s.refused(err, c.reason)
		s.refused(s.RemoveReply(ctx, c.by, c.id), c.reason)
	}
	_, err := s.PutReply(ctx, amy, "", NewReply{Title: "x", Text: "x", Shared: true})
	s.refused(err, wire.ReasonForbidden)
	s.must(s.RemoveReply(ctx, amy, own.ID))
	s.refused(s.RemoveReply(ctx, amy, own.ID), wire.ReasonNotFound)
	s.must(s.RemoveReply(ctx, backend, shared.ID))
	if got := s.titles(amy, "") + s.titles(sue, ""); got != "" {
		t.Error(got)
	}
}

func TestRepliesAreChecked(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	for _, n := range []NewReply{
		{Text: "x"}, {Title: strings.Repeat("x", maxReplyTitle+1), Text: "x"}, {Title: "a\nb", Text: "x"}, {Title: "x"},
		{Title: "x", Text: strings.Repeat("x", maxReplyText+1)}, {Title: "x", Text: "\x00"}, {Title: "x", Text: "\xff"},
	} {
		_, err := s.PutReply(ctx, amy, "", n)
		s.refused(err, wire.ReasonBadRequest)
	}
	_, err := s.PutReply(ctx, amy, "", NewReply{Title: "x", Text: "x", Skill: "law"})
	s.refused(err, wire.ReasonNotFound)
	s.reply(amy, NewReply{Title: strings.Repeat("ü", maxReplyTitle), Text: strings.Repeat("x\n", maxReplyText/2)})
}

func TestRepliesHaveBounds(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	var last Reply
	for i := range maxOwnReplies {
		last = s.reply(amy, NewReply{Title: fmt.Sprint(i)})
	}
	_, err := s.PutReply(ctx, amy, "", NewReply{Title: "x", Text: "x"})
	s.refused(err, wire.ReasonConflict)
	s.reply(bea, NewReply{Title: "x"})
	_, err = s.PutReply(ctx, amy, last.ID, NewReply{Title: "y", Text: "y"})
	s.must(err)
	s.must(s.RemoveReply(ctx, amy, last.ID))
	s.reply(amy, NewReply{Title: "z"})
}
