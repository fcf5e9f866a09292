package sequencer

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// versions are the contents that an entry has had, and the last one that is
// known to be on disk; -1: none is.
type versions struct {
	all     []string
	durable int
}

// scribe writes and rewrites the entries of two conversations by step functions,
// and knows what readers ought to see.
type scribe struct {
	*rig
	rt      *rapid.T
	convs   []string
	entries map[string][]*versions // by conversation, in seq order
	changes int
}

func newScribe(t *rapid.T, fs vfs.FS) *scribe {
	s := &scribe{rt: t, convs: []string{"single_a:b", "single_a:c"}, entries: map[string][]*versions{}}
	s.rig = build(t, fs, nil)
	for _, to := range []string{"b", "c"} {
		s.say(to)
	}
	s.commitAll()
	return s
}

func (s *scribe) say(to string) {
	m := single("a", to, "")
	s.changes++
	v := &versions{all: []string{fmt.Sprint(s.changes)}, durable: -1}
	m.Content, m.Done = []byte(v.all[0]), func(Result) { v.durable = max(v.durable, 0) }
	s.entries[m.ConvID] = append(s.entries[m.ConvID], v)
	if err := s.Submit(time.Now(), []Send{m}); err != nil {
		s.rt.Fatal(err)
	}
}

// rewrite gives some entries of a conversation, which may wait in the inbox
// still, other contents by one command.
func (s *scribe) rewrite(t *rapid.T) {
	var steps []func(*Tx) error
	var after []func()
	conv := rapid.SampledFrom(s.convs).Draw(t, "conversation")
	num := s.Head(conv).Num
	chosen := rapid.SliceOfN(rapid.IntRange(0, len(s.entries[conv])-1), 1, 3).Draw(t, "entries")
	slices.SortFunc(chosen, func(a, b int) int { return b - a }) // the latest first, as Rewrite wants it
	for _, i := range chosen {
		seq, v := uint64(i+1), s.entries[conv][i]
		s.changes++
		content, before := fmt.Sprint(s.changes), v.all[len(v.all)-1]
		v.all = append(v.all, content)
		version := len(v.all) - 1
		steps = append(steps, func(tx *Tx) error {
			if m, ok, err := tx.Entry(num, seq); !ok || err != nil || string(m.Content) != before {
				t.Errorf("entry %d of %d: %q %v %v, want %q", seq, num, m.Content, ok, err, before)
			}
			return tx.Rewrite(num, seq, func(m *storage.Message) { m.Content = []byte(content) })
		})
		after = append(after, func() { v.durable = version })
	}
	err := s.Go(func(tx *Tx) (err error) {
		for _, step := range steps {
			err = errors.Join(err, step(tx))
		}
		return err
	}, func(err error) {
		if err != nil {
			t.Error(err)
		}
		for _, fn := range after {
			fn()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// read reads a conversation as all readers are to.
func (s *scribe) read(num uint64) (seen []string) {
	err := s.db.Messages(num, 1, still, func(m *storage.Message) error {
		if m.ID > s.Durable() {
			return nil
		}
		if old, ok := s.Unsynced(num, m.Seq); ok {
			m = &old
		}
		seen = append(seen, string(m.Content))
		return nil
	})
	if err != nil {
		s.rt.Fatal(err)
	}
	return seen
}

// check: readers see of every entry the last version that is on disk.
func (s *scribe) check() {
	for _, conv := range s.convs {
		var want []string
		for _, v := range s.entries[conv] {
			if v.durable >= 0 {
				want = append(want, v.all[v.durable])
			}
		}
		if seen := s.read(s.Head(conv).Num); !slices.Equal(seen, want) {
			s.rt.Errorf("%s: seen %q, want %q", conv, seen, want)
		}
	}
}

// crash: a version that is on disk, or a later one, is there after a power cut.
func (s *scribe) crash(after vfs.FS) {
	r := build(s.rt, after, nil)
	defer r.close()
	for _, conv := range s.convs {
		log := messages(s.rt, r.db, conv)
		for i, v := range s.entries[conv] {
			if v.durable < 0 {
				continue
			}
			if i >= len(log) || slices.Index(v.all, string(log[i].Content)) < v.durable {
				s.rt.Errorf("%s, seq %d: not one of %q after the power cut", conv, i+1, v.all[v.durable:])
			}
		}
	}
}

// Whatever was rewritten, however often, and however far behind the disk is:
// nobody sees what is not on disk, everybody sees what is, and it stays.
func TestRewrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fs := vfs.NewCrashableMem()
		s := newScribe(t, fs)
		defer s.close()
		t.Repeat(map[string]func(*rapid.T){
			"say":           func(t *rapid.T) { s.say(rapid.SampledFrom([]string{"b", "c"}).Draw(t, "to")) },
			"rewrite":       s.rewrite,
			"rewrite again": s.rewrite,
			"reseal":        s.reseal,
			"take in":       func(*rapid.T) { s.step() },
			"commit": func(*rapid.T) {
				s.step()
				if len(s.syncer.applied) < maxApplied {
					s.commit()
				}
			},
			"publish": func(*rapid.T) { s.publishOne() },
			"":        func(*rapid.T) { s.check() },
		})
		percent := rapid.SampledFrom([]int{0, 50, 100}).Draw(t, "unsynced data kept")
		s.crash(fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: rand.New(rand.NewPCG(1, 2))}))
		s.commitAll()
		s.check()
		if n := s.unsynced.n.Load(); n != 0 || len(s.unsynced.of) != 0 {
			t.Errorf("%d are left: %v", n, s.unsynced.of)
		}
	})
}

// What is cached of a rewritten entry is dropped before anybody hears of it.
func TestRewrittenFirst(t *testing.T) {
	var calls []string
	var r *rig
	r = build(t, vfs.NewMem(), func(c *Config) {
		c.Rewritten = func(conv, seq uint64) {
			if _, old := r.Unsynced(conv, seq); old {
				t.Error("still the old one")
			}
			calls = append(calls, fmt.Sprint("rewritten ", seq))
		}
		c.Post = func(int, []delivery.Post) { calls = append(calls, "post") }
	})
	defer r.close()
	_ = r.Attach(delivery.Conn{Serial: 1}, "b", "d", true, func(delivery.Conn, error) {})
	for range 3 {
		_ = r.Submit(time.Now(), []Send{single("a", "b", "")})
	}
	r.commitAll()
	calls = nil
	err := r.Go(func(tx *Tx) error {
		num := r.Head("single_a:b").Num
		erase := func(m *storage.Message) { m.Content = nil }
		for _, seq := range []uint64{2, 1} {
			if err := tx.Rewrite(num, seq, erase); err != nil {
				return err
			}
		}
		for _, missing := range [][2]uint64{{num, 4}, {num, 0}, {num + 1, 1}} {
			if err := tx.Rewrite(missing[0], missing[1], erase); !errors.Is(err, ErrNotFound) {
				t.Errorf("%v: %v", missing, err)
			}
			if _, ok, err := tx.Entry(missing[0], missing[1]); ok || err != nil {
				t.Errorf("%v: %v %v", missing, ok, err)
			}
		}
		_, err := tx.Event("single_a:b", Event{Type: "recall", From: "a", Ref: 1})
		return err
	}, func(err error) { calls = append(calls, fmt.Sprint("done ", err)) })
	if err != nil {
		t.Fatal(err)
	}
	r.commitAll()
	want := "rewritten 2, rewritten 1, post, done <nil>"
	if got := strings.Join(calls, ", "); got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

// A rewrite of a conversation that isn't in memory.
func TestRewriteForgotten(t *testing.T) {
	r := start(t, vfs.NewMem(), func(c *Config) { c.MaxConversations = 1 })
	r.send1(single("a", "b", "old"))
	num := r.Head("single_a:b").Num
	for _, other := range []string{"x", "y"} {
		r.send1(single("a", other, "1"))
	}
	r.sync()
	r.do(func(tx *Tx) error {
		return tx.Rewrite(num, 1, func(m *storage.Message) { m.Content, m.Flags = []byte("new"), 1 })
	})
	if m := messages(t, r.db, "single_a:b"); string(m[0].Content) != "new" || m[0].Flags != 1 || m[0].From != "a" {
		t.Errorf("%+v", m)
	}
	if got := r.send1(single("a", "b", "next")); got.Seq != 2 {
		t.Errorf("%+v", got)
	}
}
