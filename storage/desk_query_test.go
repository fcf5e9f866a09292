package storage

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"
)

// deskModel is what a database of sessions must hold.
type deskModel map[string]DeskSession

// Whatever is put in place of what, the indexes hold the sessions that are to be
// found by them, and no others; filters find what they ask for, the newest
// first; cursors come to all of it once.
func TestDeskIndexesAreTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		db, err := Open(Options{Dir: "/a", FS: vfs.NewMem(), CacheBytes: 1 << 20, MemTableBytes: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		m := deskModel{}
		b := db.NewBatch()
		defer b.Close()
		for range rapid.IntRange(1, 6).Draw(t, "batches") {
			b.Reset()
			for range rapid.IntRange(0, 12).Draw(t, "puts") {
				m.put(t, b)
			}
			if err := db.Apply(b); err != nil {
				t.Fatal(err)
			}
			m.wantRows(t, db)
		}
		for range 8 {
			m.wantFound(t, db, drawDeskFilter(t))
		}
		m.wantOpen(t, db)
	})
}

var (
	deskIDs    = rapid.SampledFrom([]string{"s1", "s2", "s3", "s4", "s5", "s6", "s10"})
	deskAgents = rapid.SampledFrom([]string{"", "a", "a1", "b", "群"})
	deskUsers  = rapid.SampledFrom([]string{"v", "v1", "v2"})
	deskTags   = rapid.SampledFrom([]string{"t", "t1", "u v"})
	deskSkills = rapid.SampledFrom([]string{"", "k", "l"})
	deskTimes  = rapid.SampledFrom([]int64{1, 2, 255, 256, 257, 1 << 41})
	deskStates = rapid.SampledFrom([]DeskState{DeskQueued, DeskAssigned, DeskActive, DeskOffline, DeskClosed})
)

// put adds or changes a session.
func (m deskModel) put(t *rapid.T, b *Batch) {
	id := deskIDs.Draw(t, "id")
	s, found := m[id]
	var old *DeskSession
	if found {
		before := s
		old = &before
	} else {
		s = DeskSession{ID: id, Conv: uint64(len(m)) + 1, CreatedAt: deskTimes.Draw(t, "created")}
	}
	s.Visitor, s.Agent, s.State = deskUsers.Draw(t, "visitor"), deskAgents.Draw(t, "agent"), deskStates.Draw(t, "state")
	s.Tags = none(rapid.SliceOfN(deskTags, 0, 3).Draw(t, "tags")) // some of them twice
	s.Skill, s.Rating = deskSkills.Draw(t, "skill"), rapid.Uint8Range(0, 2).Draw(t, "rating")
	b.PutDeskSession(s, old)
	m[id] = s
}

// wantRows holds the rows of all indexes against the sessions.
func (m deskModel) wantRows(t *rapid.T, db *DB) {
	want := make(map[string]bool)
	for id, s := range m {
		want[fmt.Sprintf("C//%d/%s", s.CreatedAt, id)] = true
		want[fmt.Sprintf("V/%s/%d/%s", s.Visitor, s.CreatedAt, id)] = true
		if s.Agent != "" {
			want[fmt.Sprintf("A/%s/%d/%s", s.Agent, s.CreatedAt, id)] = true
		}
		if s.State != DeskClosed {
			want[fmt.Sprintf("O//%d/%s", s.CreatedAt, id)] = true
		}
		for _, tag := range s.Tags {
			want[fmt.Sprintf("T/%s/%d/%s", tag, s.CreatedAt, id)] = true
		}
	}
	got := make(map[string]bool)
	scan := newScan()
	defer scan.free()
	scan.lower, scan.upper = append(scan.lower[:0], prefixDesk), append(scan.upper[:0], prefixDesk+1)
	err := scan.each(db.p, func(key, _ []byte) error {
		if x, p, ok := splitDeskIndex(key); ok {
			got[fmt.Sprintf("%c/%s/%d/%s", x.kind, x.of, p.at, p.id)] = true
		}
		return nil
	})
	if err != nil || !maps.Equal(got, want) {
		t.Fatalf("%v, %v; want %v", got, err, want)
	}
}

func drawDeskFilter(t *rapid.T) (f DeskFilter) {
	if rapid.Bool().Draw(t, "of a visitor") {
		f.Visitor = deskUsers.Draw(t, "visitor")
	}
	if rapid.Bool().Draw(t, "with a tag") {
		f.Tag = deskTags.Draw(t, "tag")
	}
	if rapid.Bool().Draw(t, "at a time") {
		f.From, f.To = deskTimes.Draw(t, "from"), deskTimes.Draw(t, "to")
	}
	f.Agent, f.Skill, f.Rating = deskAgents.Draw(t, "agent"), deskSkills.Draw(t, "skill"), rapid.Uint8Range(0, 1).Draw(t, "rating")
	f.States = none(rapid.SliceOfN(deskStates, 0, 4).Draw(t, "states"))
	return f
}

// wanted are the sessions that a filter asks for, by looking at each.
func (m deskModel) wanted(f DeskFilter) (list []DeskSession) {
	for _, s := range m {
		switch {
		case f.Visitor != "" && f.Visitor != s.Visitor:
		case f.Agent != "" && f.Agent != s.Agent:
		case f.Tag != "" && !slices.Contains(s.Tags, f.Tag):
		case f.Skill != "" && f.Skill != s.Skill:
		case f.Rating != 0 && f.Rating != s.Rating:
		case f.From != 0 && s.CreatedAt < f.From:
		case f.To != 0 && s.CreatedAt >= f.To:
		case f.States != nil && !slices.Contains(f.States, s.State):
		default:
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b DeskSession) int {
		return cmp.Or(cmp.Compare(b.CreatedAt, a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	return list
}

// wantFound pages through what a filter finds.
func (m deskModel) wantFound(t *rapid.T, db *DB, f DeskFilter) {
	limit := rapid.IntRange(1, 8).Draw(t, "limit")
	var got []DeskSession
	cursor := ""
	for range len(m) + 2 {
		list, next, err := db.DeskSessions(f, cursor, limit)
		if err != nil || len(list) > limit {
			t.Fatalf("%d sessions of %d, %v", len(list), limit, err)
		}
		got = append(got, list...)
		if cursor = next; cursor == "" {
			break
		}
	}
	if want := m.wanted(f); cursor != "" || !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v: cursor %q, got %+v; want %+v", f, cursor, got, want)
	}
}

func (m deskModel) wantOpen(t *rapid.T, db *DB) {
	got := make(deskModel)
	err := db.OpenDeskSessions(func(s DeskSession) error { got[s.ID] = s; return nil })
	want := maps.Clone(m)
	maps.DeleteFunc(want, func(_ string, s DeskSession) bool { return s.State == DeskClosed })
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v, %v; want %+v", got, err, want)
	}
}

// manyDesk puts sessions that are created at 1 … n.
func manyDesk(t *testing.T, db *DB, n int, change func(i int, s *DeskSession)) {
	t.Helper()
	write(t, db, func(b *Batch) {
		for i := 1; i <= n; i++ {
			s := DeskSession{ID: fmt.Sprintf("s%06d", i), Conv: uint64(i), Visitor: "v", State: DeskClosed, CreatedAt: int64(i)}
			change(i, &s)
			b.PutDeskSession(s, nil)
		}
	})
}

// One call reads so many rows and no more, and says where to go on.
func TestDeskSessionsReadsLittle(t *testing.T) {
	db := openDesk(t)
	const n = 2*deskQueryRows + 5
	manyDesk(t, db, n, func(i int, s *DeskSession) {
		if i == 1 {
			s.Skill = "k"
		}
	})
	var at []int
	cursor := ""
	for calls := 1; ; calls++ {
		list, next, err := db.DeskSessions(DeskFilter{Skill: "k"}, cursor, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			at = append(at, calls, int(s.CreatedAt))
		}
		if cursor = next; cursor == "" {
			if calls != 3 {
				t.Errorf("%d calls", calls)
			}
			break
		}
	}
	if !reflect.DeepEqual(at, []int{3, 1}) {
		t.Errorf("found in call, at: %v", at)
	}
}

// Of the indexes that would do, the one with the least to read is taken.
func TestDeskSessionsTakesShortestIndex(t *testing.T) {
	db := openDesk(t)
	manyDesk(t, db, 2*deskProbeRows, func(i int, s *DeskSession) {
		s.Agent, s.Tags = "many", []string{"many"}
		if i%100 == 0 {
			s.Agent = "few"
		}
		if i%90 == 0 {
			s.Tags = []string{"few"}
		}
		if i%80 == 0 {
			s.Visitor = "few"
		}
		if i <= 50 {
			s.Tags = []string{"early"}
		}
		if i == 7 {
			s.State, s.Visitor = DeskActive, "one"
		}
	})
	open := []DeskState{DeskQueued, DeskActive}
	for _, c := range []struct {
		f    DeskFilter
		want deskIndex
	}{
		{DeskFilter{Skill: "k", States: []DeskState{DeskClosed, DeskActive}}, deskIndex{kind: deskCreated}},
		{DeskFilter{Agent: "few", Tag: "few", Visitor: "v"}, deskIndex{deskByAgent, "few"}},
		{DeskFilter{Agent: "many", Tag: "few", Visitor: "v"}, deskIndex{deskByTag, "few"}},
		{DeskFilter{Agent: "many", Tag: "many", Visitor: "few"}, deskIndex{deskByVisitor, "few"}},
		{DeskFilter{Agent: "few", Tag: "few", States: open}, deskIndex{kind: deskOpen}},
		{DeskFilter{Agent: "many", Visitor: "few", States: open, From: 8}, deskIndex{kind: deskOpen}},
		{DeskFilter{Agent: "many", Tag: "few", From: 100, To: 200}, deskIndex{deskByTag, "few"}},
		{DeskFilter{Agent: "few", Tag: "many", From: 901}, deskIndex{deskByAgent, "few"}},
		{DeskFilter{Agent: "few", Tag: "early"}, deskIndex{deskByAgent, "few"}},
		{DeskFilter{Agent: "few", Tag: "early", From: 51}, deskIndex{deskByTag, "early"}},
		{DeskFilter{Agent: "few", Tag: "none", States: open}, deskIndex{deskByTag, "none"}},
	} {
		q := deskQuery{db: db, filter: c.f, to: cmp.Or(c.f.To, 1<<50)}
		if got, err := q.shortest(c.f.indexes()); got != c.want || err != nil {
			t.Errorf("%+v: %+v, %v; want %+v", c.f, got, err, c.want)
		}
	}
}

func TestDeskSessionsBounds(t *testing.T) {
	db := openDesk(t)
	manyDesk(t, db, 20, func(int, *DeskSession) {})
	for _, c := range []struct {
		f           DeskFilter
		after       string
		limit       int
		first, last int64
		next        string
	}{
		{DeskFilter{}, "", 30, 20, 1, ""},
		{DeskFilter{}, "", 20, 20, 1, ""},
		{DeskFilter{}, "", 19, 20, 2, "2.s000002"},
		{DeskFilter{}, "10.s000016", 3, 15, 13, "d.s000013"},
		{DeskFilter{}, "10.", 3, 0, 0, ""},
		{DeskFilter{From: 5, To: 9}, "", 9, 8, 5, ""},
		{DeskFilter{From: 5, To: 9}, "7.s000007", 9, 6, 5, ""},
		{DeskFilter{From: 5, To: 9}, "10.s000016", 9, 8, 5, ""},
		{DeskFilter{From: 5, To: 9}, "5.s000005", 9, 0, 0, ""},
		{DeskFilter{From: 5, To: 9}, "3.s000003", 9, 0, 0, ""},
		{DeskFilter{From: 9, To: 5}, "", 9, 0, 0, ""},
		{DeskFilter{From: -5, To: 2}, "", 9, 1, 1, ""},
		{DeskFilter{From: 21}, "", 9, 0, 0, ""},
		{DeskFilter{}, "a.s000010", 0, 0, 0, "a.s000010"},
	} {
		list, next, err := db.DeskSessions(c.f, c.after, c.limit)
		if bad := c.after == "10."; bad != errors.Is(err, ErrInvalid) || !bad && err != nil {
			t.Errorf("%+v: %v", c, err)
		}
		var first, last int64
		if len(list) > 0 {
			first, last = list[0].CreatedAt, list[len(list)-1].CreatedAt
		}
		if first != c.first || last != c.last || next != c.next {
			t.Errorf("%+v: %d … %d, next %q", c, first, last, next)
		}
	}
	for _, cursor := range []string{"x", ".", "1", "-1.s", "0.s", "1x.s", ".s", "fffffffffffffffff.s"} {
		if _, _, err := db.DeskSessions(DeskFilter{}, cursor, 1); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", cursor, err)
		}
	}
}

// An index row without its session is an error of the read that comes across it.
func TestDeskReadsReportDamage(t *testing.T) {
	db := openDesk(t)
	manyDesk(t, db, 3, func(_ int, s *DeskSession) { s.State = DeskQueued })
	write(t, db, func(b *Batch) { b.deleteDesk(deskSession, "s000002") })
	_, _, err := db.DeskSessions(DeskFilter{}, "", 9)
	wantCorrupt(t, err)
	wantCorrupt(t, db.OpenDeskSessions(func(DeskSession) error { return nil }))
	write(t, db, func(b *Batch) { _ = b.p.Set(appendDeskKey(nil, deskSession, "s000003"), []byte{1}, nil) })
	_, _, err = db.DeskSession("s000003")
	wantCorrupt(t, err)
	write(t, db, func(b *Batch) { _ = b.p.Set(appendDeskKey(nil, deskAgent, "a"), nil, nil) })
	wantCorrupt(t, db.DeskAgents(func(DeskAgent) error { return nil }))
}

// A session that is closed while the open ones are read isn't one of them.
func TestOpenDeskSessionsBesideWrites(t *testing.T) {
	db := openDesk(t)
	manyDesk(t, db, 3, func(_ int, s *DeskSession) { s.State = DeskQueued })
	var got []string
	err := db.OpenDeskSessions(func(s DeskSession) error {
		if got = append(got, s.ID); len(got) > 1 {
			return nil
		}
		write(t, db, func(b *Batch) {
			old := DeskSession{ID: "s000002", Conv: 2, Visitor: "v", State: DeskQueued, CreatedAt: 2}
			next := old
			next.State = DeskClosed
			b.PutDeskSession(next, &old)
		})
		return nil
	})
	if err != nil || !reflect.DeepEqual(got, []string{"s000001", "s000003"}) {
		t.Errorf("%q, %v", got, err)
	}
}
