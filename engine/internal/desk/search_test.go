package desk

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// found are the visitors of the sessions that a search finds, the newest first.
func (s *site) found(by Actor, f Filter) string {
	s.t.Helper()
	var names []string
	for cursor, pages := "", 0; ; pages++ {
		list, next, err := s.Sessions(context.Background(), by, f, cursor, 2)
		s.must(err)
		for i := range list {
			names = append(names, list[i].Visitor)
		}
		if cursor = next; next == "" || pages > 100 {
			return strings.Join(names, " ")
		}
	}
}

// searched is a desk with sessions of every kind, each opened a minute after the
// one before: vera's is closed, vic has amy, walt waits for law, will left a message.
func searched(t *testing.T) (s *site, at func(minute int) int64) {
	s = start(t, func(c *Config) { c.MaxWait = 10 * time.Second })
	begin := time.Now().UnixMilli()
	s.skill(Skill{ID: "billing"})
	s.skill(Skill{ID: "law"})
	s.agent("amy", "billing")
	one := s.visit("vera", "billing")
	_, err := s.Tag(context.Background(), backend, one.ID, []string{"refund", "angry"})
	s.must(err)
	s.end(amy, one.ID)
	s.must(s.Rate(context.Background(), vera, one.ID, 4, "fine"))
	time.Sleep(time.Minute)
	s.visit("vic", "")
	time.Sleep(time.Minute)
	s.visit("will", "law")
	time.Sleep(time.Minute)
	s.visit("walt", "law")
	return s, func(minute int) int64 { return begin + int64(minute)*60_000 + 30_000 }
}

func TestSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, at := searched(t)
		defer s.close()
		time.Sleep(time.Millisecond) // after walt
		s.end(backend, s.visit("amy", "").ID)
		queued, offline, assigned, closed := storage.DeskQueued, storage.DeskOffline, storage.DeskAssigned, storage.DeskClosed
		for _, c := range []struct {
			by   Actor
			f    Filter
			want string
		}{
			{backend, Filter{}, "amy walt will vic vera"},
			{sue, Filter{}, "amy walt will vic vera"},
			{sue, Filter{Agent: "amy"}, "vic vera"},
			{sue, Filter{Agent: "me"}, ""},
			{sue, Filter{Visitor: "will"}, "will"},
			{sue, Filter{Tag: "refund"}, "vera"},
			{sue, Filter{Tag: "refunds"}, ""},
			{sue, Filter{Skill: "law"}, "walt will"},
			{sue, Filter{Rating: 4}, "vera"},
			{sue, Filter{Rating: 5}, ""},
			{sue, Filter{States: []State{closed}}, "amy vera"},
			{sue, Filter{States: []State{queued, offline}}, "walt will"},
			{sue, Filter{States: []State{offline}}, "will"},
			{sue, Filter{From: at(0)}, "amy walt will vic"},
			{sue, Filter{From: at(0), To: at(1)}, "vic"},
			{sue, Filter{To: at(0)}, "vera"},
			{amy, Filter{}, "vic vera"},
			{amy, Filter{Agent: "me"}, "vic vera"},
			{amy, Filter{Agent: "amy", States: []State{assigned}}, "vic"},
			{amy, Filter{States: []State{queued, offline}}, "walt will"},
			{amy, Filter{States: []State{queued, closed}}, "vera"},
			{amy, Filter{States: []State{queued, assigned}}, "vic"},
			{amy, Filter{Visitor: "amy"}, "amy"}, // as a visitor herself
			{bea, Filter{}, ""},
			{bea, Filter{States: []State{queued}}, "walt"},
			{vera, Filter{}, "vera"},
			{Actor{User: "walt"}, Filter{}, "walt"},
			{Actor{User: "walt"}, Filter{Visitor: "walt", Agent: "amy"}, ""},
		} {
			if got := s.found(c.by, c.f); got != c.want {
				t.Errorf("%s finds %q by %+v, want %q", c.by.User, got, c.f, c.want)
			}
		}
	})
}

// A session that waits is shown with its place and how long it has.
func TestSearchShowsTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := searched(t)
		defer s.close()
		time.Sleep(5 * time.Second)
		list, _, err := s.Sessions(context.Background(), sue, Filter{States: []State{storage.DeskQueued}}, "", 10)
		if err != nil || len(list) != 1 || list[0].Position != 1 || list[0].Waited != 5*time.Second {
			t.Errorf("%+v %v", list, err)
		}
	})
}

func TestSearchRefuses(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	s.agent("amy")
	for _, visitor := range []string{"vera", "vic", "walt"} {
		s.visit(visitor, "")
	}
	_, next, err := s.Sessions(ctx, sue, Filter{}, "", 1)
	s.must(err)
	if next == "" {
		t.Fatal("three sessions are one page of one")
	}
	version := func(v byte) string {
		b, _ := base64.RawURLEncoding.DecodeString(next)
		b[0] = v
		return base64.RawURLEncoding.EncodeToString(b)
	}
	for _, c := range []struct {
		by     Actor
		f      Filter
		cursor string
		limit  int
		reason string
	}{
		{vera, Filter{Visitor: "vic"}, "", 10, wire.ReasonForbidden},
		{Actor{}, Filter{}, "", 10, wire.ReasonForbidden},
		{amy, Filter{Agent: "bea"}, "", 10, wire.ReasonForbidden},
		{amy, Filter{Agent: "bea", States: []State{storage.DeskClosed, storage.DeskQueued}}, "", 10, wire.ReasonForbidden},
		{sue, Filter{Agent: "no id"}, "", 10, wire.ReasonBadRequest},
		{sue, Filter{Visitor: "a\x00b"}, "", 10, wire.ReasonBadRequest},
		{sue, Filter{Skill: strings.Repeat("x", 65)}, "", 10, wire.ReasonBadRequest},
		{sue, Filter{Tag: "a\x00"}, "", 10, wire.ReasonBadRequest},
		{sue, Filter{States: []State{9}}, "", 10, wire.ReasonBadRequest},
		{sue, Filter{Rating: 6}, "", 10, wire.ReasonBadRequest},
		{sue, Filter{From: -1}, "", 10, wire.ReasonBadRequest},
		{sue, Filter{}, "", 0, wire.ReasonBadRequest},
		{sue, Filter{}, "", MaxSessionsLimit + 1, wire.ReasonBadRequest},
		{sue, Filter{}, "nonsense", 10, wire.ReasonBadRequest},
		{sue, Filter{}, next + "=", 10, wire.ReasonBadRequest},
		{sue, Filter{}, strings.Repeat("x", maxCursorLen+1), 10, wire.ReasonBadRequest},
		{sue, Filter{}, version(2), 10, wire.ReasonBadRequest},
		{sue, Filter{Agent: "amy"}, next, 10, wire.ReasonBadRequest}, // of another search
		{sue, Filter{}, (&Filter{}).cursor("zz.x"), 10, wire.ReasonBadRequest},
	} {
		_, _, err := s.Sessions(ctx, c.by, c.f, c.cursor, c.limit)
		if s.refused(err, c.reason); t.Failed() {
			t.Fatalf("%+v", c)
		}
	}
	if _, _, err = s.Sessions(ctx, sue, Filter{}, version(cursorVersion), 10); err != nil {
		t.Error(err)
	}
}

// A session that was found, and then went to another agent or isn't what is wanted any
// more, isn't shown.
func TestSearchForgetsWhatWasTaken(t *testing.T) {
	s := start(t, nil)
	one := s.visit("vera", "")
	found := []storage.DeskSession{one.DeskSession}
	f := Filter{}
	shown := func(by Actor) (n int) {
		s.must(s.look(func(tx *sequencer.Tx) error { n = len(s.showAll(tx, by, &f, found)); return nil }))
		return n
	}
	if shown(bea) != 1 {
		t.Error("bea doesn't see who waits")
	}
	s.agent("amy")
	if shown(bea) != 0 || shown(amy) != 1 {
		t.Errorf("bea sees %d, amy %d", shown(bea), shown(amy))
	}
	if f.States = []State{storage.DeskQueued}; shown(amy) != 0 {
		t.Error("amy looked for those who wait, and sees her own")
	}
}

// The order of states doesn't make another search.
func TestCursorKnowsItsSearch(t *testing.T) {
	a := Filter{States: []State{storage.DeskQueued, storage.DeskClosed}, Agent: "amy"}
	b := Filter{States: []State{storage.DeskClosed, storage.DeskQueued, storage.DeskClosed}, Agent: "amy"}
	if after, ok := b.parseCursor(a.cursor("7f.x")); !ok || after != "7f.x" {
		t.Errorf("%q %t", after, ok)
	}
	for _, other := range []Filter{
		{States: a.States}, {Agent: "amy"}, {States: a.States, Visitor: "amy"}, {States: a.States, Agent: "amy", From: 1},
		{States: a.States, Agent: "amy", To: 1}, {States: a.States, Agent: "amy", Rating: 1}, {States: a.States, Agent: "amy", Tag: "t"},
		{States: a.States, Agent: "amy", Skill: "t"},
	} {
		if _, ok := other.parseCursor(a.cursor("7f.x")); ok {
			t.Errorf("%+v takes the cursor of %+v", other, a)
		}
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("", "amy")
	f.Add("AQAAAAA3Zi54", "")
	f.Add((&Filter{Agent: "amy"}).cursor("18c9.abcdef"), "amy")
	f.Fuzz(func(t *testing.T, cursor, agent string) {
		filter := Filter{Agent: agent}
		after, ok := filter.parseCursor(cursor)
		if !ok || cursor == "" {
			return
		}
		if after == "" || filter.cursor(after) != cursor {
			t.Fatalf("%q is %q, which is %q", cursor, after, filter.cursor(after))
		}
	})
}

// Whatever is opened and closed between pages, a search shows each session that was
// there from the beginning once.
func TestPagesMissNothing(t *testing.T) {
	s := start(t, nil)
	var want []string
	for i := range 25 {
		want = append(want, s.visit(fmt.Sprintf("v%d", i), "").ID)
	}
	var got []string
	for cursor, page := "", 0; ; page++ {
		list, next, err := s.Sessions(context.Background(), backend, Filter{}, cursor, 4)
		s.must(err)
		for i := range list {
			if slices.Contains(want, list[i].ID) {
				got = append(got, list[i].ID)
			}
		}
		if cursor = next; next == "" {
			break
		}
		s.visit(fmt.Sprintf("late%d", page), "")
		s.end(backend, want[page])
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d of %d", len(got), len(want))
	}
}
