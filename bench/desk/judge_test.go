package desk

import (
	"slices"
	"testing"
)

// A scene is a history in short: the log in its order, and who was there.
type scene struct {
	agents   []string // "ann 2 sales,tech": name, capacity, skills
	sessions []string // "s1 vera sales 0": id, visitor, skill (- for none), priority
	log      []string // "s1 assigned ann", in order; see line
	ends     []string // "s1 closed agent", "s2 queued 1", "s3 active ann"
	claims   []string // "s1 ann"
	away     []string // agents who aren't on duty, nor connected
	sent     []string // "3 s1 vera hello": the line of the log (from 1) that it is, session, user, text
	visits   []string // "vera s1 closed agent"
	open     map[string]int
	swap     bool // the first two entries of the first session
	gap      bool // behind the first entry of the first session
}

// good is a scene in which nothing is wrong.
func good() scene {
	return scene{
		agents:   []string{"ann 2 sales", "bob 2 sales,tech", "cay 1 tech"},
		sessions: []string{"s1 vera sales 0", "s2 will - 0", "s3 xena tech 0", "s4 yuri tech 0", "s5 zoe tech 5"},
		log: []string{
			"s1 queued",          // 1
			"s1 assigned ann",    // 2
			"s1 says vera help",  // 3
			"s2 queued",          // 4
			"s2 assigned bob",    // 5
			"s1 says ann sure",   // 6
			"s3 queued",          // 7
			"s3 assigned cay",    // 8
			"s4 queued",          // 9
			"s4 assigned bob",    // 10
			"s5 queued",          // 11
			"s3 lost",            // 12
			"s3 queued",          // 13
			"s2 says bob yes",    // 14
			"s2 closed agent",    // 15
			"s5 assigned bob",    // 16: before s3, by its priority
			"s4 transferred ann", // 17
			"s4 assigned ann",    // 18
			"s3 assigned bob",    // 19
			"s1 closed visitor",  // 20
		},
		ends:   []string{"s1 closed visitor", "s2 closed agent", "s3 assigned bob", "s4 assigned ann", "s5 active bob"},
		away:   []string{"cay"},
		sent:   []string{"3 s1 vera help", "6 s1 ann sure"},
		visits: []string{"vera s1 closed visitor", "will s2 closed agent", "xena s3"},
		open:   map[string]int{"ann": 1, "bob": 2},
	}
}

// TestGoodScene: the judge finds nothing where nothing is wrong.
func TestGoodScene(t *testing.T) {
	j := judge(good().history())
	for _, f := range j.all() {
		t.Errorf("%s %s: %s", f.Kind, f.Session, f.Detail)
	}
	if j.assigned != 7 || j.compared == 0 || j.overtook == 0 || j.widest != 1 {
		t.Errorf("%d assignments, %d compared, %d before others, %d apart", j.assigned, j.compared, j.overtook, j.widest)
	}
}

// line replaces lines of the log.
func line(at int, text ...string) func(s *scene) {
	return func(s *scene) { s.log = slices.Replace(s.log, at-1, at, text...) }
}

// TestBadScenes: each of these changes to the good scene is found out.
func TestBadScenes(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *scene)
		want   string
	}{
		"queued without a place":        {func(s *scene) { s.ends[2] = "s3 queued 0"; s.log[18] = "s3 warned" }, kindOwnerless},
		"queued by the list only":       {func(s *scene) { s.ends[2] = "s3 queued 1" }, kindOwnerless},
		"assigned to nobody":            {func(s *scene) { s.ends[2] = "s3 assigned" }, kindOwnerless},
		"another owner":                 {func(s *scene) { s.ends[2] = "s3 active ann" }, kindMismatch},
		"closed by the list only":       {func(s *scene) { s.ends[4] = "s5 closed agent" }, kindMismatch},
		"another reason":                {func(s *scene) { s.ends[0] = "s1 closed agent" }, kindMismatch},
		"offline by the list only":      {func(s *scene) { s.ends[4] = "s5 offline" }, kindMismatch},
		"a state of its own":            {func(s *scene) { s.ends[4] = "s5 lingering" }, kindMismatch},
		"a count of its own":            {func(s *scene) { s.open["bob"] = 3 }, kindMismatch},
		"an agent out of nowhere":       {line(2, "s1 assigned eve"), kindMismatch},
		"too many":                      {line(18, "s4 assigned ann", "s9 queued", "s9 assigned ann"), kindCapacity},
		"too many by transfer":          {func(s *scene) { s.agents[0] = "ann 1 sales" }, kindCapacity},
		"the busier one":                {line(5, "s2 assigned ann"), kindUnfair},
		"not by priority":               {line(16, "s3 assigned bob"), kindOutOfTurn},
		"not first come":                {func(s *scene) { s.sessions[4] = "s5 zoe tech 0" }, kindOutOfTurn},
		"another group":                 {line(8, "s3 assigned ann"), kindSkill},
		"back to who was lost":          {line(13, "s3 assigned cay"), kindSameAgent},
		"lost while there":              {func(s *scene) { s.away = nil }, kindTooSoon},
		"a stranger writes":             {line(6, "s1 says bob sure"), kindForeign},
		"writes after the transfer":     {line(18, "s4 assigned ann", "s4 says bob bye"), kindForeign},
		"writes while it is queued":     {line(13, "s3 queued", "s3 says cay hm"), kindForeign},
		"written when closed":           {line(20, "s1 closed visitor", "s1 says vera hey"), kindAfterClose},
		"closed twice":                  {line(20, "s1 closed visitor", "s1 closed agent"), kindAfterClose},
		"assigned when closed":          {line(20, "s1 closed visitor", "s1 assigned bob"), kindAfterClose},
		"not in order of ids":           {func(s *scene) { s.swap = true }, kindDisorder},
		"a gap":                         {func(s *scene) { s.gap = true }, kindDisorder},
		"a message lost":                {line(3, "s1 warned"), kindMessageLost},
		"another text":                  {line(3, "s1 says vera hell"), kindMessageLost},
		"somebody else's":               {line(6, "s1 says vera sure"), kindMessageLost},
		"answered out of order":         {func(s *scene) { s.sent = []string{"14 s2 bob yes", "3 s1 vera help", "3 s1 vera help"} }, kindDisorder},
		"there twice":                   {line(6, "s1 says ann sure", "s1 says vera help"), kindDisorder},
		"closed without a word":         {line(14, "s2 warned"), kindUnserved},
		"not told":                      {func(s *scene) { s.visits[0] = "vera s1" }, kindUntold},
		"told something else":           {func(s *scene) { s.visits[0] = "vera s1 closed agent" }, kindUntold},
		"told it is over, and it isn't": {func(s *scene) { s.visits[2] = "xena s3 closed agent" }, kindUntold},
		"told offline, and it wasn't":   {func(s *scene) { s.visits[2] = "xena s3 offline" }, kindUntold},
		"turned away":                   {func(s *scene) { s.visits[2] = "xena -" }, kindTurnedAway},
		"a session in no list":          {func(s *scene) { s.visits[2] = "xena s8" }, kindMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			s := good()
			c.change(&s)
			j := judge(s.history())
			if !slices.ContainsFunc(j.all(), func(f Finding) bool { return f.Kind == c.want }) {
				t.Errorf("found %v instead of %s", j.all(), c.want)
			}
		})
	}
}

// TestExcused: what looks wrong and is right.
func TestExcused(t *testing.T) {
	for name, s := range map[string]scene{
		"the busier one has claimed it": {
			sessions: []string{"s1 vera - 0", "s2 will - 0"}, claims: []string{"s2 ann"},
			log:  []string{"s1 assigned ann", "s2 assigned ann"},
			ends: []string{"s1 assigned ann", "s2 assigned ann"}, open: map[string]int{"ann": 2},
		},
		"the busier one was chosen": {
			sessions: []string{"s1 vera - 0", "s2 will - 0"},
			log:      []string{"s1 assigned ann", "s2 assigned bob", "s2 transferred ann", "s2 assigned ann"},
			ends:     []string{"s1 assigned ann", "s2 assigned ann"}, open: map[string]int{"ann": 2},
		},
		"the busier one had the visitor": {
			sessions: []string{"s1 vera - 0", "s2 will - 0", "s3 vera - 0"},
			log:      []string{"s1 assigned ann", "s1 closed visitor", "s2 assigned ann", "s3 assigned ann"},
			ends:     []string{"s1 closed visitor", "s2 assigned ann", "s3 assigned ann"}, open: map[string]int{"ann": 2},
		},
		"the idler one is away": {
			sessions: []string{"s1 vera - 0", "s2 will - 0"}, away: []string{"bob"},
			log:  []string{"s1 assigned ann", "s2 assigned ann"},
			ends: []string{"s1 assigned ann", "s2 assigned ann"}, open: map[string]int{"ann": 2},
		},
		"the idler one had it before": {
			sessions: []string{"s1 vera - 0", "s2 will - 0"},
			log:      []string{"s1 assigned ann", "s2 assigned bob", "s2 transferred ann unanswered", "s2 assigned ann"},
			ends:     []string{"s1 assigned ann", "s2 assigned ann"}, open: map[string]int{"ann": 2},
		},
		"the idler one is full": {
			agents:   []string{"ann 9 tech", "bob 1 tech"},
			sessions: []string{"s1 vera - 0", "s2 will - 0", "s3 xena - 0", "s4 yuri - 0"},
			log:      []string{"s1 assigned bob", "s2 assigned ann", "s3 assigned ann", "s4 assigned ann"},
			ends:     []string{"s1 assigned bob", "s2 assigned ann", "s3 assigned ann", "s4 assigned ann"},
			open:     map[string]int{"ann": 3, "bob": 1},
		},
		"who was due had this agent before": {
			sessions: []string{"s1 vera - 0", "s2 will - 0"}, away: []string{"bob"},
			log:  []string{"s1 assigned ann", "s1 transferred", "s1 queued", "s2 queued", "s2 assigned ann"},
			ends: []string{"s1 queued 1", "s2 assigned ann"}, open: map[string]int{"ann": 1},
		},
		"who was lost has it again, after it waited": {
			sessions: []string{"s1 vera - 0"}, away: []string{"ann", "bob"},
			log:  []string{"s1 assigned ann", "s1 lost", "s1 queued", "s1 assigned ann"},
			ends: []string{"s1 assigned ann"}, open: map[string]int{"ann": 1},
		},
		"a supervisor who has joined writes": {
			sessions: []string{"s1 vera - 0"},
			log:      []string{"s1 assigned ann", "s1 joined sue", "s1 says sue hello"},
			ends:     []string{"s1 assigned ann"}, open: map[string]int{"ann": 1},
		},
		"taken up after it was offline": {
			sessions: []string{"s1 vera - 0"}, claims: []string{"s1 ann"}, visits: []string{"vera s1 offline"},
			log:  []string{"s1 queued", "s1 offline", "s1 assigned ann"},
			ends: []string{"s1 assigned ann"}, open: map[string]int{"ann": 1},
		},
	} {
		if s.agents == nil {
			s.agents = []string{"ann 3 tech", "bob 3 tech"}
		}
		for _, f := range judge(s.history()).all() {
			t.Errorf("%s: %s %s: %s", name, f.Kind, f.Session, f.Detail)
		}
	}
}

// TestUnanswered: who comes next where nobody answers is the desk's choice, not one
// that somebody has made.
func TestUnanswered(t *testing.T) {
	s := scene{
		agents: []string{"ann 3 sales", "bob 3 sales", "cay 3 sales"}, sessions: []string{"s1 vera - 0", "s2 will - 0", "s3 xena - 0"},
		log:  []string{"s1 assigned ann", "s2 assigned bob", "s3 assigned cay", "s1 transferred bob unanswered", "s1 assigned bob"},
		ends: []string{"s1 assigned bob", "s2 assigned bob", "s3 assigned cay"}, open: map[string]int{"bob": 2, "cay": 1},
	}
	if list := judge(s.history()).all(); len(list) != 0 {
		t.Errorf("to one of two with as few: %v", list)
	}
	s.log[2], s.open["bob"], s.open["cay"] = "s3 assigned bob", 3, 0
	s.ends[2] = "s3 assigned bob"
	s.claims = []string{"s3 bob"}
	if list := judge(s.history()).all(); !slices.ContainsFunc(list, func(f Finding) bool { return f.Kind == kindUnfair && f.Session == "s1" }) {
		t.Errorf("to one with more: %v", list)
	}
}

// TestFallback: agents of the fallback group help when those of the group are away,
// or let visitors wait.
func TestFallback(t *testing.T) {
	for name, c := range map[string]struct {
		away   bool
		waited int // entries of 1,000 ms in between
		good   bool
	}{
		"there, at once": {false, 0, false},
		"away":           {true, 0, true},
		"there, later":   {false, 5, true},
	} {
		s := scene{
			agents: []string{"ann 1 billing", "bob 1 sales"}, sessions: []string{"s1 vera billing 0", "s2 will billing 0"},
			log:  []string{"s1 queued", "s1 assigned ann", "s2 queued"},
			ends: []string{"s1 assigned ann", "s2 assigned bob"}, open: map[string]int{"ann": 1, "bob": 1},
		}
		if c.away {
			s.away = []string{"ann"}
		}
		for range c.waited {
			s.log = append(s.log, "s2 warned")
		}
		s.log = append(s.log, "s2 assigned bob")
		h := s.history()
		h.skills = map[string]skillGroup{"billing": {fallback: "sales", after: 3000}}
		list := judge(h).all()
		if c.good != (len(list) == 0) {
			t.Errorf("%s: %v", name, list)
		}
	}
}

// TestSpans: what is near a change is not certain.
func TestSpans(t *testing.T) {
	var s []span
	s = begin(s, 1000)
	s = begin(s, 1500)
	if len(s) != 1 || !within(s, 5000) || within(s, 1000) {
		t.Errorf("while it lasts: %v", s)
	}
	end(s, 3000)
	end(s, 4000)
	s = begin(s, 9000)
	for at, want := range map[int64]bool{999: false, 1001: true, 2749: true, 2751: false, 3500: false, 9001: true} {
		if within(s, at) != want {
			t.Errorf("at %d of %v: %t", at, s, !want)
		}
	}
}
