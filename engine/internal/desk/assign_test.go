package desk

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec/wire"
	"gannet/storage"
)

// Who gets a session: each rule alone, in the order in which they count.
func TestChosen(t *testing.T) {
	type given struct {
		open, max int
		at        int64
		skills    []string
		status    Status
		away      bool
	}
	on := StatusOnline
	for name, c := range map[string]struct {
		agents   map[string]given
		skill    string
		last     string
		excluded []string
		visitor  string
		fallen   bool
		want     string
	}{
		"nobody":              {nil, "", "", nil, "v", false, ""},
		"the only one":        {map[string]given{"a": {status: on}}, "", "", nil, "v", false, "a"},
		"the fewest":          {map[string]given{"a": {open: 2, status: on}, "b": {open: 1, at: 9, status: on}, "c": {open: 2, status: on}}, "", "", nil, "v", false, "b"},
		"the longest not":     {map[string]given{"a": {at: 5, status: on}, "b": {at: 4, status: on}, "c": {at: 6, status: on}}, "", "", nil, "v", false, "b"},
		"the first id":        {map[string]given{"c": {at: 4, status: on}, "b": {at: 4, status: on}, "d": {at: 4, status: on}}, "", "", nil, "v", false, "b"},
		"never assigned":      {map[string]given{"a": {at: 1, status: on}, "b": {status: on}}, "", "", nil, "v", false, "b"},
		"busy":                {map[string]given{"a": {status: StatusBusy}, "b": {open: 3, status: on}}, "", "", nil, "v", false, "b"},
		"offline":             {map[string]given{"a": {status: StatusOffline}}, "", "", nil, "v", false, ""},
		"not connected":       {map[string]given{"a": {status: on, away: true}, "b": {open: 3, status: on}}, "", "", nil, "v", false, "b"},
		"full":                {map[string]given{"a": {open: 1, max: 1, status: on}, "b": {open: 3, max: 4, status: on}}, "", "", nil, "v", false, "b"},
		"all full":            {map[string]given{"a": {open: 1, max: 1, status: on}}, "", "", nil, "v", false, ""},
		"no limit":            {map[string]given{"a": {open: 50, status: on}}, "", "", nil, "v", false, "a"},
		"excluded":            {map[string]given{"a": {status: on}, "b": {open: 1, status: on}}, "", "", []string{"a"}, "v", false, "b"},
		"the visitor":         {map[string]given{"a": {status: on}, "b": {open: 1, status: on}}, "", "", nil, "a", false, "b"},
		"the last agent":      {map[string]given{"a": {status: on}, "b": {open: 4, max: 5, status: on}}, "", "b", nil, "v", false, "b"},
		"last, full":          {map[string]given{"a": {status: on}, "b": {open: 5, max: 5, status: on}}, "", "b", nil, "v", false, "a"},
		"last, excluded":      {map[string]given{"a": {status: on}, "b": {status: on}}, "", "b", []string{"b"}, "v", false, "a"},
		"last, busy":          {map[string]given{"a": {status: on}, "b": {status: StatusBusy}}, "", "b", nil, "v", false, "a"},
		"last, other group":   {map[string]given{"a": {open: 3, status: on, skills: []string{"s"}}, "b": {status: on}}, "s", "b", nil, "v", false, "a"},
		"last, unknown":       {map[string]given{"a": {status: on}}, "", "z", nil, "v", false, "a"},
		"the group":           {map[string]given{"a": {status: on}, "b": {open: 3, status: on, skills: []string{"s"}}}, "s", "", nil, "v", false, "b"},
		"group, nobody free":  {map[string]given{"a": {status: on, skills: []string{"help"}}, "b": {open: 3, max: 3, status: on, skills: []string{"s"}}}, "s", "", nil, "v", false, ""},
		"fallen back":         {map[string]given{"a": {status: on, skills: []string{"help"}}, "b": {open: 3, max: 3, status: on, skills: []string{"s"}}}, "s", "", nil, "v", true, "a"},
		"nobody on duty":      {map[string]given{"a": {status: on, skills: []string{"help"}}, "b": {status: StatusBusy, skills: []string{"s"}}}, "s", "", nil, "v", false, "a"},
		"both groups":         {map[string]given{"a": {open: 2, status: on, skills: []string{"help"}}, "b": {open: 1, status: on, skills: []string{"s"}}}, "s", "", nil, "v", true, "b"},
		"both, helper":        {map[string]given{"a": {open: 1, status: on, skills: []string{"help"}}, "b": {open: 2, status: on, skills: []string{"s"}}}, "s", "", nil, "v", true, "a"},
		"last in fallback":    {map[string]given{"a": {open: 4, status: on, skills: []string{"help"}}, "b": {status: on, skills: []string{"s"}}}, "s", "a", nil, "v", true, "a"},
		"last, not yet":       {map[string]given{"a": {status: on, skills: []string{"help"}}, "b": {open: 3, status: on, skills: []string{"s"}}}, "s", "a", nil, "v", false, "b"},
		"group, excluded":     {map[string]given{"a": {status: on, skills: []string{"help"}}, "b": {status: on, skills: []string{"s"}}}, "s", "", []string{"b"}, "v", false, "a"},
		"group, one of two":   {map[string]given{"a": {status: on, skills: []string{"help"}}, "b": {status: on, skills: []string{"s"}}, "c": {open: 1, max: 1, status: on, skills: []string{"s"}}}, "s", "", []string{"b"}, "v", false, ""},
		"excluded elsewhere":  {map[string]given{"a": {status: on, skills: []string{"help"}}, "b": {open: 1, max: 1, status: on, skills: []string{"s"}}, "c": {status: on}}, "s", "", []string{"c"}, "v", false, ""},
		"no fallback for any": {map[string]given{"a": {status: on, away: true}}, "", "", nil, "v", true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFloor()
			f.skills["s"] = &skill{rec: storage.DeskSkill{ID: "s", Fallback: "help"}}
			f.skills["help"] = &skill{rec: storage.DeskSkill{ID: "help"}}
			for id, g := range c.agents {
				a := f.add(storage.DeskAgent{
					User: id, Status: uint8(g.status), MaxSessions: uint32(g.max), AssignedAt: g.at, Skills: g.skills,
				}, !g.away)
				f.reseat(a, func() {
					for range g.open {
						a.open[new(session)] = struct{}{}
					}
				})
			}
			w := want{laneKey{skill: c.skill, fallen: c.fallen}, c.visitor, c.last, c.excluded}
			got := ""
			if a := f.choose(w); a != nil {
				got = a.rec.User
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if e := f.explain(w); e.Agent != c.want || e.Why == "" || len(e.Candidates) != len(c.agents) ||
				c.want != "" && e.Candidates[0].User != c.want {
				t.Errorf("explained: %+v", e)
			}
		})
	}
}

// Sessions go round, so that nobody has two more than anybody else.
func TestFair(t *testing.T) {
	s := start(t, nil)
	for i := range 4 {
		s.agent(fmt.Sprint("a", i))
	}
	for i := range 18 {
		s.visit(fmt.Sprint("v", i), "")
		most, least := 0, 100
		agents, err := s.Agents(t.Context(), backend)
		s.must(err)
		for _, a := range agents {
			most, least = max(most, a.Sessions), min(least, a.Sessions)
		}
		if most > least+1 {
			t.Errorf("after %d: %+v", i, agents)
		}
	}
	for range 2 {
		s.visit("one-of-two", "")
	}
	if q, n, err := s.Queue(t.Context(), backend); err != nil || len(q) != 0 || n != 0 {
		t.Error(q, n, err)
	}
	s.visit("the-twentieth", "")
	if last := s.visit("too-many", ""); last.Position != 1 || last.State != storage.DeskQueued {
		t.Errorf("%+v", last)
	}
	s.check()
}

// The queue is served by priority, then in the order of coming, by whatever frees a
// place.
func TestQueueServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		first := s.visit("v1", "")
		second := s.visit("v2", "")
		urgent := s.ask("v3", NewSession{Priority: 5})
		if p := s.see(second.ID); p.Position != 3 || urgent.Position != 1 {
			t.Errorf("at %d and %d", p.Position, urgent.Position)
		}
		s.put("a", AgentPatch{MaxSessions: ptr(1), Status: ptr(wire.AgentOnline)})
		s.has(urgent.ID, "")
		s.connect("a") // comes
		s.has(urgent.ID, "a")
		s.end(Actor{User: "v3"}, urgent.ID) // closed
		s.has(first.ID, "a")
		s.put("a", AgentPatch{MaxSessions: ptr(2)}) // more room
		s.has(second.ID, "a")
		third, fourth := s.visit("v4", ""), s.visit("v5", "")
		s.put("b", AgentPatch{MaxSessions: ptr(1)})
		s.connect("b")
		s.has(third.ID, "")
		s.put("b", AgentPatch{Status: ptr(wire.AgentOnline)}) // wants to
		s.has(third.ID, "b")
		s.disconnect("b")
		time.Sleep(30 * time.Second)
		s.has(third.ID, "b")
		s.connect("b")
		_, err := s.Claim(t.Context(), Actor{User: "b", Role: RoleAgent}, fourth.ID)
		s.refused(err, wire.ReasonConflict)
		s.must(s.RemoveAgent(t.Context(), backend, "b"))
		s.has(third.ID, "")
		if q, n, err := s.Queue(t.Context(), backend); err != nil || len(q) != 2 || n != 2 || q[0].ID != third.ID {
			t.Errorf("%v, %d, %v", q, n, err) // before who came later
		}
		s.check()
	})
}

// Skills and their fallback groups decide who may, also when they change.
func TestSkills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, nil)
		s.skill(storage.DeskSkill{ID: "help"})
		s.skill(storage.DeskSkill{ID: "s"})
		s.agent("h", "help")
		one := s.visit("v1", "s")
		s.has(one.ID, "")
		s.skill(storage.DeskSkill{ID: "s", Fallback: "help", FallbackAfter: 60_000})
		s.has(one.ID, "h") // nobody of s is on duty
		s.agent("b", "s")
		s.put("b", AgentPatch{MaxSessions: ptr(1)})
		two, three := s.visit("v2", "s"), s.visit("v3", "s")
		s.has(two.ID, "b")
		s.has(three.ID, "") // b is on duty
		s.check()
		time.Sleep(59 * time.Second)
		s.has(three.ID, "")
		time.Sleep(2 * time.Second)
		s.has(three.ID, "h")
		four := s.visit("v4", "s")
		s.has(four.ID, "")
		s.put("b", AgentPatch{Status: ptr(wire.AgentBusy)})
		s.has(four.ID, "h")
		s.put("h", AgentPatch{Status: ptr(wire.AgentBusy)})
		five := s.visit("v5", "s")
		s.put("b", AgentPatch{MaxSessions: ptr(0), Status: ptr(wire.AgentOnline), Skills: &[]string{}})
		s.has(five.ID, "")
		s.put("b", AgentPatch{Skills: &[]string{"help", "s", "s"}})
		s.has(five.ID, "b")
		s.check()
		_, err := s.PutAgent(t.Context(), backend, "b", AgentPatch{Skills: &[]string{"none"}})
		s.refused(err, wire.ReasonBadRequest)
		_, err = s.Open(t.Context(), Actor{User: "v"}, NewSession{Skill: "none"})
		s.refused(err, wire.ReasonNotFound)
	})
}

// The visitor's last agent comes first, though others have less to do.
func TestLastAgent(t *testing.T) {
	s := start(t, nil)
	s.agent("a")
	one := s.visit("v", "")
	s.has(one.ID, "a")
	s.end(Actor{User: "v"}, one.ID)
	s.agent("b")
	s.visit("w", "")
	s.has(s.visit("x", "").ID, "a")
	s.has(s.visit("v", "").ID, "a")
	s = s.restart(t)
	c, err := s.Next(t.Context(), backend, "", "v")
	if err != nil || c.Agent != "" {
		t.Errorf("%+v %v", c, err)
	}
	s.connect("b")
	s.connect("a")
	if c, err = s.Next(t.Context(), backend, "", "v"); err != nil || c.Agent != "a" || c.Candidates[0].User != "a" {
		t.Errorf("%+v %v", c, err)
	}
	s.check()
}
