package desk

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

// shelf has conversations that somebody reads page by page, a few entries at a time.
type shelf struct {
	Chat
	convs map[string][]chat.Entry
	short int // entries that are more than a page, whatever the limit
}

func (s *shelf) Entries(_ context.Context, convID string, after uint64, limit int) ([]chat.Entry, bool, error) {
	list := s.convs[convID]
	list = list[min(int(after), len(list)):]
	n := min(len(list), limit, s.short)
	return list[:n], n < len(list), nil
}

// TestPagesOfATranscript: page by page, in order of ids, each entry once; the notes
// only for who may see them.
func TestPagesOfATranscript(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &shelf{convs: map[string][]chat.Entry{}, short: rapid.IntRange(1, 10).Draw(t, "short")}
		var want []uint64
		withNotes := rapid.Bool().Draw(t, "notes")
		for i, note := range rapid.SliceOf(rapid.Bool()).Draw(t, "entries") {
			conv := wire.ServiceConvID("s")
			if note {
				conv = wire.StaffConvID("s")
			}
			id := uint64(i + 1)
			s.convs[conv] = append(s.convs[conv], chat.Entry{ID: id, Seq: uint64(len(s.convs[conv]) + 1)})
			if !note || withNotes {
				want = append(want, id)
			}
		}
		limit := rapid.IntRange(1, 10).Draw(t, "limit")
		var got []uint64
		for next := ""; ; {
			at, ok := parsePlace(next)
			if !ok {
				t.Fatalf("%q is no place", next)
			}
			p := pageReader{chat: s, id: "s", notes: withNotes, limit: limit, at: at}
			list, after, err := p.read(context.Background())
			if err != nil || len(list) > limit || len(list) == 0 && after != "" {
				t.Fatalf("%d entries of %d, then %q: %v", len(list), limit, after, err)
			}
			for _, e := range list {
				got = append(got, e.ID)
			}
			if next = after; next == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestPlacesInATranscript(t *testing.T) {
	for _, s := range []string{"", "0-0", "12-3", "9007199254740991-9007199254740991"} {
		if p, ok := parsePlace(s); !ok || s != "" && p.String() != s {
			t.Errorf("%q: %v %t", s, p, ok)
		}
	}
	for _, s := range []string{"1", "-", "1-", "-1", "01-1", "1-2-3", "+1-2", "9007199254740992-0", "a-b", " 1-2"} {
		if p, ok := parsePlace(s); ok {
			t.Errorf("%q is %v", s, p)
		}
	}
}

// lines are the text of a transcript without its times.
func (s *site) lines(by Actor, id string) string {
	s.t.Helper()
	tr, err := s.Transcript(context.Background(), by, id, "", MaxTranscriptLimit)
	s.must(err)
	if tr.Next != "" {
		s.t.Errorf("a next page at %q", tr.Next)
	}
	var lines []string
	for line := range strings.Lines(string(tr.Text())) {
		_, rest, _ := strings.Cut(line, " ")
		lines = append(lines, rest)
	}
	return strings.Join(lines, "")
}

// served is a session with a message of each side and a note between them.
func served(s *site) Session {
	s.put("amy", AgentPatch{Name: ptr("Amy")})
	s.agent("amy")
	one := s.ask("vera", NewSession{Name: "Vera"})
	s.talk("vera", one.ID)
	_, err := s.Note(context.Background(), amy, one.ID, "", "she sounds angry")
	s.must(err)
	s.talk("amy", one.ID)
	return one
}

func TestTranscriptOfEachReader(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	one := served(s)
	const whole = "[event] Amy has taken charge\n[visitor] Vera: x\n[agent] Amy: x\n"
	noted := strings.Replace(whole, "[agent]", "[note] Amy: she sounds angry\n[agent]", 1)
	for _, c := range []struct {
		by   Actor
		want string
	}{
		{vera, whole}, {Actor{User: "vera"}, whole}, {amy, noted}, {sue, noted}, {backend, noted},
		{Actor{User: "vera", Role: RoleSupervisor}, whole}, // sees her own session as its visitor
	} {
		if got := s.lines(c.by, one.ID); got != c.want {
			t.Errorf("%+v reads\n%swant\n%s", c.by, got, c.want)
		}
	}
	for _, by := range []Actor{bea, {User: "vic", Role: RoleVisitor}, {User: "carl"}, {}} {
		_, err := s.Transcript(ctx, by, one.ID, "", 10)
		s.refused(err, wire.ReasonNotFound)
	}
	_, err := s.Transcript(ctx, sue, "nothing", "", 10)
	s.refused(err, wire.ReasonNotFound)

	s.end(vera, one.ID)
	if got := s.lines(amy, one.ID); got != noted+"[event] closed (visitor)\n" {
		t.Error(got)
	}
	if got := s.lines(vera, one.ID); strings.Contains(got, "angry") {
		t.Error(got)
	}
}

// Who waits, or has left a message, may be read by every agent.
func TestTranscriptOfWhoWaits(t *testing.T) {
	s := start(t, nil)
	one := s.visit("vera", "")
	s.talk("vera", one.ID)
	if got := s.lines(bea, one.ID); got != "[event] waiting for an agent\n[visitor] vera: x\n" {
		t.Error(got)
	}
}

func TestTranscriptSaysWhoSpeaks(t *testing.T) {
	s := start(t, nil)
	one := served(s)
	tr, err := s.Transcript(context.Background(), vera, one.ID, "", 10)
	s.must(err)
	want := []Person{{"amy", "Amy", RoleAgent}, {"system", "system", RoleNone}, {"vera", "Vera", RoleVisitor}}
	if !slices.Equal(tr.People, want) || tr.Session.ID != one.ID || tr.Zone.String() != "UTC" {
		t.Errorf("%+v %+v %s", tr.People, tr.Session, tr.Zone)
	}
	if e := tr.Entries[1]; !strings.Contains(string(e.JSON), `"content":"x"`) || e.Note {
		t.Errorf("%s", e.JSON)
	}
}

func TestTranscriptRefuses(t *testing.T) {
	s, ctx := start(t, nil), context.Background()
	one := served(s)
	for _, c := range []struct {
		after string
		limit int
	}{{"", 0}, {"", MaxTranscriptLimit + 1}, {"x", 10}} {
		_, err := s.Transcript(ctx, vera, one.ID, c.after, c.limit)
		s.refused(err, wire.ReasonBadRequest)
	}
}
