package chaos

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gannet/bench/checker"
)

func TestLayout(t *testing.T) {
	convs := newConversations()
	if len(convs) != 32 {
		t.Errorf("%d conversations", len(convs))
	}
	ids, users, guests := make(map[string]bool), make(map[string]bool), 0
	for _, c := range convs {
		ids[c.id] = true
		guests += len(c.guests)
		for i, m := range c.members {
			users[m] = true
			if slices.Index(c.members, m) != i {
				t.Errorf("%s is in %s twice", m, c.id)
			}
		}
		if c.group == "" && !slices.IsSorted(c.members) {
			t.Errorf("%s is not a conversation's id", c.id)
		}
		if c.group != "" && slices.Contains(c.guests, c.members[0]) {
			t.Errorf("the owner of %s leaves it", c.id)
		}
	}
	if len(ids) != len(convs) || len(users) != userCount || guests == 0 {
		t.Errorf("%d ids, %d users, %d guests", len(ids), len(users), guests)
	}
}

func TestPlaces(t *testing.T) {
	p := newPlaces()
	p.pushed(2)
	if p.upTo != 0 || p.missing() != nil {
		t.Errorf("before a sync: up to %d, missing %v", p.upTo, p.missing())
	}
	p.synced(5, true)
	p.pushed(9)
	if p.upTo != 5 || p.missing() != nil {
		t.Errorf("behind: up to %d, missing %v", p.upTo, p.missing())
	}
	if lacking := p.lacking(7); !slices.Equal(lacking, []uint64{6, 7}) {
		t.Errorf("up to 7 it lacks %v", lacking)
	}
	p.synced(6, false)
	p.pushed(7)
	p.pushed(11)
	p.has(13) // its own, which may be answered before 12 is pushed
	if p.upTo != 7 || !slices.Equal(p.missing(), []uint64{8, 10}) {
		t.Errorf("up to %d, missing %v", p.upTo, p.missing())
	}
	p.pushed(8)
	p.has(10)
	if p.upTo != 11 || p.missing() != nil || len(p.more) != 1 {
		t.Errorf("up to %d, missing %v, %v", p.upTo, p.missing(), p.more)
	}
}

// TestPlacesFromTheBeginning: the first entry of all is owed, too.
func TestPlacesFromTheBeginning(t *testing.T) {
	p := newPlaces()
	p.synced(0, false)
	p.pushed(2)
	if !slices.Equal(p.missing(), []uint64{1}) {
		t.Errorf("missing %v", p.missing())
	}
}

// TestUndelivered: a tracked connection that was passed over is found out.
func TestUndelivered(t *testing.T) {
	w := newWorld(newRecorder(), secret)
	conv := w.convs[0]
	c := newClient(w, w.users[conv.members[0]], "phone", true)
	c.waiting = make(map[string]*waiter)
	c.places[conv].synced(3, false)
	for _, text := range []string{
		`{"type":"chat","id":"1","conv_id":"` + conv.id + `","seq":4,"from":"x","content":"a"}`,
		`{"type":"chat","id":"3","conv_id":"` + conv.id + `","seq":6,"from":"x","content":"c"}`,
	} {
		c.hear(decode(t, text))
	}
	c.abandon()
	if len(w.rec.findings) != 1 || w.rec.findings[0].Kind != kindUndelivered || !strings.Contains(w.rec.findings[0].Detail, "[5]") {
		t.Errorf("found %v", w.rec.findings)
	}
}

func decode(t *testing.T, text string) *message {
	t.Helper()
	var m message
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return &m
}

func TestBySync(t *testing.T) {
	for _, test := range []struct {
		name       string
		came       []uint64
		cursor     uint64
		live, sync []uint64
	}{
		{"nothing", nil, 3, nil, nil},
		{"only a sync", []uint64{4, 5}, 3, nil, []uint64{4, 5}},
		{"only pushes that the device had", []uint64{2, 3}, 3, []uint64{2, 3}, nil},
		{"pushes, then the sync", []uint64{8, 9, 4, 5, 6, 7, 8, 9}, 3, []uint64{8, 9}, []uint64{4, 5, 6, 7, 8, 9}},
		{"a backlog, then the sync", []uint64{2, 3, 4, 5, 4, 5, 6}, 3, []uint64{2, 3, 4, 5}, []uint64{4, 5, 6}},
		{"a sync with a hole", []uint64{8, 5, 6, 8}, 3, []uint64{8}, []uint64{5, 6, 8}},
	} {
		var all []pushed
		for _, seq := range test.came {
			all = append(all, pushed{entry: checker.Entry{Seq: seq}})
		}
		before, after := bySync(all, test.cursor)
		var live, came []uint64
		for _, p := range before {
			live = append(live, p.entry.Seq)
		}
		for _, e := range after {
			came = append(came, e.Seq)
		}
		if !slices.Equal(live, test.live) || !slices.Equal(came, test.sync) {
			t.Errorf("%s: %v and %v", test.name, live, came)
		}
	}
}

func TestEntries(t *testing.T) {
	for text, want := range map[string]checker.Entry{
		`{"type":"chat","id":"7","seq":3,"from":"a","content":"hi"}`:                         {Seq: 3, ID: "7", From: "a", Content: "hi"},
		`{"type":"chat","id":"7","seq":3,"from":"a","content":"recalled","recalled":true}`:   {Seq: 3, ID: "7", From: "a", Recalled: true},
		`{"type":"chat","id":"7","seq":3,"from":"a","content":"the secret","recalled":true}`: {Seq: 3, ID: "7", From: "a", Content: "the secret", Recalled: true},
		`{"type":"recall","id":"7","seq":3,"from":"a","event_seq":4}`:                        {Seq: 4, From: "a", Event: true},
		`{"type":"group","event":"left","id":"8","seq":5,"by":"a"}`:                          {Seq: 5, ID: "8", Event: true},
	} {
		if m := decode(t, text); !m.isEntry() || m.entry() != want {
			t.Errorf("%s is %+v", text, m.entry())
		}
	}
	if m := decode(t, `{"type":"group","event":"requested"}`); m.isEntry() {
		t.Error("a notice is an entry")
	}
}

// TestRefusals: what nothing has earned is found.
func TestRefusals(t *testing.T) {
	w := newWorld(newRecorder(), secret)
	group := w.convs[singleCount]
	guest, member := group.guests[0], group.members[0]
	in := func(begun int64) { group.returned(guest, begun-1) }
	out := func(int64) { group.leaving(guest) }
	returning := func(begun int64) { group.leaving(guest); group.returned(guest, begun+1) }
	for _, test := range []struct {
		user, reason string
		verb         checker.Verb
		jumpy, right bool
		guest        func(begun int64) // what the guest does meanwhile
	}{
		{member, "busy", checker.Send, false, true, in},
		{member, "conflict", checker.Send, false, false, in},
		{member, "internal", checker.History, false, false, in},
		{member, "not_member", checker.Send, false, false, out},
		{guest, "not_member", checker.Send, false, false, in},
		{guest, "not_found", checker.History, false, false, in},
		{guest, "not_found", checker.Recall, false, true, in}, // of before
		{guest, "not_member", checker.Send, false, true, out},
		{guest, "not_member", checker.Send, false, true, returning},
		{guest, "not_found", checker.Leave, false, false, out},
		{guest, "internal", checker.Send, false, false, out},
		{member, "recall_expired", checker.Recall, false, false, in},
		{member, "recall_expired", checker.Recall, true, true, in},
	} {
		w.jumpy = test.jumpy
		op := w.rec.invoke(checker.Event{User: test.user, Conv: group.id, Verb: test.verb})
		test.guest(op.event.At)
		if got := w.earned(op, test.user, test.reason); got != test.right {
			t.Errorf("%+v: %t", test, got)
		}
	}
}

// TestSendIsTriedAgain: one without an answer keeps its cid.
func TestSendIsTriedAgain(t *testing.T) {
	w := newWorld(newRecorder(), secret)
	u := w.order[0]
	rng := newRand(1)
	first := u.take(rng, true)
	u.again(first)
	if u.idle() {
		t.Error("it is forgotten")
	}
	second := u.take(rng, true)
	if second != first {
		t.Errorf("then comes %v", second)
	}
	u.denied(second, "busy")
	if third := u.take(rng, false); third != first {
		t.Errorf("refused for the moment, then comes %v", third)
	}
	u.answered(first, "1", 1)
	if !u.idle() || u.take(rng, false) != nil {
		t.Error("something is left")
	}
}

// TestSettled: a read cursor counts only while nothing may be moving it.
func TestSettled(t *testing.T) {
	w := newWorld(newRecorder(), secret)
	u := w.order[0]
	conv := u.convs[0]
	u.see(conv, 5)
	place := u.reading(conv)
	if _, ok := u.settled()[conv]; place != 5 || ok {
		t.Errorf("while %d is being read it is settled", place)
	}
	u.hasRead(conv, place, false)
	if _, ok := u.settled()[conv]; ok {
		t.Error("after a read without an answer it is settled")
	}
	u.hasRead(conv, u.reading(conv), true)
	if moves, ok := u.settled()[conv]; !ok || moves != 2 {
		t.Errorf("after an answer: %t, after %d moves", ok, moves)
	}
}

func TestRecovery(t *testing.T) {
	r := newRecorder()
	early := r.invoke(checker.Event{User: "a", Conv: "c", Verb: checker.Send})
	felt := r.awaitSend()
	r.ok(early, checker.Event{Seq: 1})
	select {
	case d := <-felt:
		t.Errorf("a send from before the fault counts: %s", d)
	default:
	}
	r.ok(r.invoke(checker.Event{User: "a", Conv: "c", Verb: checker.Send}), checker.Event{Seq: 2})
	if d := <-felt; d <= 0 || d > time.Minute {
		t.Errorf("recovered within %s", d)
	}
}

func TestSplit(t *testing.T) {
	for rounds, want := range map[int][]int{1: {1}, 2: {1, 1}, 5: {2, 3}, 50: {25, 25}, 250: {83, 83, 84}} {
		if got := split(rounds); !slices.Equal(got, want) {
			t.Errorf("%d rounds are split into %v", rounds, got)
		}
	}
}

func TestRounds(t *testing.T) {
	kill, halt := faults[0], faults[3]
	for _, test := range []struct {
		o    Options
		f    fault
		want int
	}{
		{Options{}, kill, 50},
		{Options{}, halt, 3},
		{Options{Rounds: 1000}, kill, 1000},
		{Options{Rounds: 1000}, halt, 60},
		{Options{Rounds: 2}, halt, 1},
		{Options{Rounds: 20, Faults: []string{"halt"}}, halt, 20},
	} {
		if got := test.o.rounds(test.f); got != test.want {
			t.Errorf("%+v: %s is tried %d times", test.o, test.f.name, got)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{{Rounds: -1}, {Faults: []string{"kill", "flood"}}} {
		if _, ok := errors.AsType[UsageError](o.complete()); !ok {
			t.Errorf("%+v is taken", o)
		}
	}
	o := Options{}
	if err := o.complete(); err != nil || o.Seed == 0 || o.Program == "" {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestHistoryFile(t *testing.T) {
	dir := t.TempDir()
	c := &campaign{fault: fault{name: "kill"}}
	for _, test := range []struct {
		o      Options
		number int
		only   bool
		want   string
	}{
		{Options{}, 0, true, ""},
		{Options{History: dir}, 1, false, filepath.Join(dir, "kill-1.jsonl")},
		{Options{History: dir + "/new/"}, 0, true, filepath.Join(dir, "new", "kill-0.jsonl")},
		{Options{History: dir + "/file"}, 0, true, dir + "/file"},
		{Options{History: dir + "/more"}, 1, false, filepath.Join(dir, "more", "kill-1.jsonl")},
	} {
		c.number, c.only = test.number, test.only
		if got, err := test.o.historyFile(c); got != test.want || err != nil {
			t.Errorf("%+v: %q, %v", test, got, err)
		}
	}
}

func TestTable(t *testing.T) {
	r := Result{Fault: "kill"}
	c := &campaign{rounds: 5, missed: 1, recoveries: []time.Duration{300 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond}}
	r.add(c, judgement{report: checker.Report{Operations: 70, Messages: 30, Counts: map[string]int{checker.Lost: 2}}, found: 1, unknown: 4, kept: []string{"there"}})
	fields := strings.Fields(strings.Split(table([]Result{r}), "\n")[1])
	if want := []string{"kill", "5", "(1", "missed)", "70", "4", "30", "3", "200", "300"}; !slices.Equal(fields, want) {
		t.Errorf("the row is %q", fields)
	}
	if !strings.Contains(table([]Result{r}), "kill: kept there\n") {
		t.Error("it isn't told what was kept")
	}
}

func TestTail(t *testing.T) {
	var log tail
	for range 3 {
		if _, err := log.Write([]byte(strings.Repeat("x", tailBytes/2) + "end")); err != nil {
			t.Fatal(err)
		}
	}
	if s := log.String(); len(s) != tailBytes || !strings.HasSuffix(s, "end") {
		t.Errorf("%d bytes are kept", len(s))
	}
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }
