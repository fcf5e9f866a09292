package desk

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// The power goes while much is under way. Whatever is on the disk then, each
// session is as it was between two commands: nothing has to be put right, and what
// was answered is there.
func TestCrash(t *testing.T) {
	fs := vfs.NewCrashableMem()
	s := open(t, fs, usual())
	defer s.close()
	const users = 8
	for i := range users {
		s.agent(fmt.Sprint("a", i))
	}
	w := &hurry{site: s, sup: s.supervisor("sup"), answered: map[string]storage.DeskState{}}
	var all sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	for i := range users {
		all.Go(func() { w.visits(ctx, fmt.Sprint("v", i), uint64(i)) })
	}
	var lost []crash
	for seed := range uint64(12) {
		s.sync() // so that something happens in between
		known := w.known()
		rng := rand.New(rand.NewPCG(seed, 0))
		after := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: int(seed%3) * 50, RNG: rng})
		lost = append(lost, crash{after, known})
	}
	stop()
	all.Wait()
	for _, c := range lost {
		c.survives(t)
	}
}

// crash is what is on the disk after one, and what was known before.
type crash struct {
	fs    vfs.FS
	known map[string]storage.DeskState
}

// hurry has visitors who come, are handed around, and go.
type hurry struct {
	*site
	sup      Actor
	mu       sync.Mutex
	answered map[string]storage.DeskState // what callers have heard: that it is open, or closed
}

func (w *hurry) known() map[string]storage.DeskState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.answered)
}

func (w *hurry) heardOf(id string, state storage.DeskState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answered[id] = state
}

func (w *hurry) visits(ctx context.Context, visitor string, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for ctx.Err() == nil {
		got, err := w.Open(ctx, backend, NewSession{Visitor: visitor})
		if err != nil {
			w.t.Error(err)
			return
		}
		w.heardOf(got.ID, storage.DeskQueued)
		for range rng.IntN(4) {
			w.murmur(visitor, got.ID)
			to := fmt.Sprint("a", rng.IntN(8))
			switch rng.IntN(3) {
			case 0:
				_, _ = w.Transfer(ctx, backend, got.ID, Transfer{Agent: to}) // who may be full, or have it
			case 1:
				_, _ = w.Transfer(ctx, backend, got.ID, Transfer{Agent: to, Note: "take it"})
			case 2:
				_, _ = w.Watch(ctx, w.sup, got.ID, Mode(rng.IntN(2)))
			}
		}
		if err := w.CloseSession(ctx, backend, got.ID); err != nil {
			w.t.Error(err)
		}
		w.heardOf(got.ID, storage.DeskClosed)
	}
}

// murmur sends a message that nobody waits for, so that the batch in which the
// session changes has entries of it.
func (w *hurry) murmur(visitor, id string) {
	_ = w.seq.Submit(time.Now(), []sequencer.Send{{
		From: visitor, Kind: sequencer.Service, ConvID: wire.ServiceConvID(id), Content: []byte(`"x"`), Done: func(sequencer.Result) {},
	}})
}

// survives opens what a crash has left.
func (c *crash) survives(t *testing.T) {
	t.Helper()
	after := build(t, c.fs, usual())
	defer after.close()
	if len(after.stale) > 0 {
		t.Errorf("%d sessions are torn: %+v", len(after.stale), after.stale)
	}
	if _, err := after.db.Verify(func(p storage.Problem) { t.Errorf("verify: %v", p) }); err != nil {
		t.Error(err)
	}
	for id, state := range c.known {
		rec, ok, err := after.db.DeskSession(id)
		if err != nil || !ok || state == storage.DeskClosed && rec.IsOpen() {
			t.Errorf("session %s, of which it was known that it is %v: %v %v %v", id, state, ok, rec.State, err)
		}
	}
	after.seq.Start()
	after.check()
}

// What a command changes of a session is in one batch, though its members change
// and the batch has entries of the notes already.
func TestOneBatch(t *testing.T) {
	s := start(t, nil)
	sup := s.supervisor("sup")
	s.agent("a")
	s.agent("b")
	for name, command := range map[string]func(tx *sequencer.Tx, x *session){
		"hand":      func(tx *sequencer.Tx, x *session) { s.hand(tx, x, s.floor.agents["b"], cause{}) },
		"queue":     func(tx *sequencer.Tx, x *session) { s.queue(tx, x, cause{}) },
		"end":       func(tx *sequencer.Tx, x *session) { s.Desk.end(tx, x, ReasonBackend, "system") },
		"look away": func(tx *sequencer.Tx, x *session) { s.lookAway(tx, x, "sup") },
	} {
		one := s.visit("v-"+strings.ReplaceAll(name, " ", ""), "")
		_, err := s.Transfer(t.Context(), backend, one.ID, Transfer{Agent: "a"})
		if one.Agent != "a" {
			s.must(err)
		}
		s.must(s.watchAs(t, sup, one.ID, ModeLook))
		_, err = s.Note(t.Context(), sup, one.ID, "", "a note")
		s.must(err)
		s.must(s.do(func(tx *sequencer.Tx) error {
			x := s.floor.sessions[one.ID]
			if _, err := tx.Event(x.staffID(), sequencer.Event{Type: wire.EventSession, From: "a"}); err != nil {
				return err
			}
			before := x.rec
			command(tx, x)
			row, _, err := s.db.DeskSession(one.ID)
			members, staff := s.members(row.Conv), s.members(row.Staff)
			if !same(&row, &before) || len(members) != 3 || len(staff) != 2 {
				t.Errorf("%s: a part is written: %+v, members %v, staff %v", name, row, members, staff)
			}
			return err
		}))
		s.check()
	}
}

// What is torn all the same is put right by the next start: the row counts.
func TestTorn(t *testing.T) {
	s := start(t, nil)
	sup := s.supervisor("sup")
	s.agent("a")
	s.agent("b")
	one := s.visit("v", "")
	s.must(s.watchAs(t, sup, one.ID, ModeLook))
	_, err := s.Note(t.Context(), sup, one.ID, "", "a note")
	s.must(err)
	s.must(s.do(func(tx *sequencer.Tx) error { // as if a batch had ended too early
		x := s.floor.sessions[one.ID]
		for _, conv := range x.convs() {
			s.must(tx.RemoveFrom(conv, "a"))
			s.must(tx.RemoveFrom(conv, "sup"))
			s.must(tx.AddTo(conv, "b", 0))
		}
		x.visitor.Open = ""
		tx.Writes(sequencer.Subject{}).PutDeskVisitor(x.visitor)
		return nil
	}))
	s.torn = true
	s = s.restart(t)
	s.check()
	if err := s.say("sup", one.ID); err == nil {
		t.Error("who only looks in may write")
	}
}
