package desk

import (
	"slices"
	"testing"
)

// found are the kinds of what the judge finds.
func found(h *history) (kinds []string) {
	for _, f := range judge(h).all() {
		kinds = append(kinds, f.Kind)
	}
	return kinds
}

// held is one session that ann has from 10 s on; at 20 s bob has it.
func held() *history {
	s := scene{
		agents: []string{"ann 1 tech", "bob 1 tech"}, away: []string{"ann"}, sessions: []string{"s1 vera - 0"},
		log: []string{"s1 queued", "s1 assigned ann", "s1 lost", "s1 assigned bob"}, ends: []string{"s1 assigned bob"},
		open: map[string]int{"bob": 1},
	}
	h := s.history()
	for i, at := range []int64{9000, 10000, 20000, 20000} {
		h.sessions[0].Entries[i].Time = at
	}
	h.ended = 30000
	return h
}

// TestKept: an agent who is away for long may not have a session then, nor be given
// one, but for the time in which the server is down.
func TestKept(t *testing.T) {
	const late = keptAtMost
	for name, c := range map[string]struct {
		away  []span
		down  []span
		bob   []span
		ended int64
		want  []string
	}{
		"taken in time":                 {away: []span{{20000 - late, 29000}}},
		"taken late":                    {away: []span{{20000 - late - 1, 29000}}, want: []string{kindKept}},
		"back before that":              {away: []span{{11000, 11000 + late}}},
		"back late":                     {away: []span{{11000, 11001 + late}}, want: []string{kindKept}},
		"away twice":                    {away: []span{{11000, 14000}, {14001, 17000}}},
		"the server was down":           {away: []span{{11000, 15500}}, down: []span{{12000, 12500}}},
		"the server was down twice":     {away: []span{{11000, 20000}}, down: []span{{12000, 13000}, {16000, 17000}}},
		"the server was down for a bit": {away: []span{{11000, 20000}}, down: []span{{12000, 12500}}, want: []string{kindKept}},
		"given while away":              {away: []span{{6000, 12000}}, want: []string{kindKept}},
		"given when just away":          {away: []span{{9000, 12000}}},
		"given to who just came":        {away: []span{{6000, 10100}}},
		"kept to the end":               {bob: []span{{from: 30000 - late - 1}}, want: []string{kindKept}},
		"away at the end":               {bob: []span{{from: 30000 - late}}},
	} {
		h := held()
		h.agents["ann"].away, h.agents["bob"].away, h.downs = c.away, c.bob, c.down
		if got := found(h); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q instead of %q", name, got, c.want)
		}
	}
}

// TestAbsences: those are counted that are long enough to be judged.
func TestAbsences(t *testing.T) {
	h := held()
	h.agents["ann"].away = []span{{11000, 11000 + keptAtMost}, {20001, 20002 + keptAtMost}, {from: 29000}}
	if j := judge(h); j.absences != 1 {
		t.Errorf("%d absences", j.absences)
	}
}

// TestDenied: who has a session is not to be told that it is somebody else's.
func TestDenied(t *testing.T) {
	for name, c := range map[string]struct {
		agent    string
		from, to int64
		want     []string
	}{
		"while ann has it":    {"ann", 12000, 12005, []string{kindRefused}},
		"before":              {"ann", 9000, 9005, nil},
		"as it is given away": {"ann", 19900, 20010, nil},
		"another one":         {"bob", 12000, 12005, nil},
		"bob to the end":      {"bob", 21000, 21005, []string{kindRefused}},
	} {
		h := held()
		h.denied = []denial{{"s1", c.agent, "403 not_member: no", c.from, c.to}}
		if got := found(h); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q instead of %q", name, got, c.want)
		}
	}
}

// TestNotes: the staff's conversation is in order, complete and without the visitor.
func TestNotes(t *testing.T) {
	note := func(id, seq uint64, from string) entry { return entry{ID: id, Seq: seq, From: from, Text: "a note"} }
	for name, c := range map[string]struct {
		notes    []entry
		answered int
		want     []string
	}{
		"two":              {[]entry{note(15, 1, "ann"), note(25, 2, "sue")}, 2, nil},
		"more than told":   {[]entry{note(15, 1, "ann"), note(25, 2, "sue")}, 1, nil},
		"one is missing":   {[]entry{note(15, 1, "ann")}, 2, []string{kindMessageLost}},
		"a gap":            {[]entry{note(15, 1, "ann"), note(25, 3, "sue")}, 2, []string{kindDisorder}},
		"not from the top": {[]entry{note(15, 2, "ann")}, 1, []string{kindDisorder}},
		"twice":            {[]entry{note(15, 1, "ann"), note(15, 1, "ann")}, 1, []string{kindDisorder}},
		"the visitor's":    {[]entry{note(15, 1, "vera")}, 1, []string{kindForeign}},
	} {
		h := held()
		h.sessions[0].Notes, h.notes = c.notes, map[string]int{"s1": c.answered}
		if got := found(h); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q instead of %q", name, got, c.want)
		}
	}
}
