package sequencer

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// Go is done when it is on disk; Ask is as soon as it has run.
func TestGoAndAsk(t *testing.T) {
	log := &stuckLog{stuck: make(chan struct{}), free: make(chan struct{})}
	r := build(t, errorfs.Wrap(vfs.NewMem(), log), nil)
	r.Start()
	defer r.stop()
	r.group("g", "o")
	log.on.Store(true)
	refused := errors.New("refused")
	done := make(chan error, 2)
	var free atomic.Bool
	heard := func(err error) {
		if !free.Load() {
			t.Error("done before it is on disk")
		}
		done <- err
	}
	if err := r.Go(func(tx *Tx) error { _, err := tx.Event("group_g", Event{Type: "group", From: "o"}); return err }, heard); err != nil {
		t.Fatal(err)
	}
	<-log.stuck
	if err := r.Go(func(tx *Tx) error { return refused }, heard); err != nil {
		t.Fatal(err)
	}
	var last uint64
	err := r.Ask(func(tx *Tx) {
		c, err := tx.ConversationByID("group_g")
		if err != nil || c == nil {
			t.Error(c, err)
			return
		}
		last, _ = tx.Last(c.Num)
	})
	if err != nil || last != 1 {
		t.Errorf("asked: seq %d, %v", last, err)
	}
	if h := r.Head("group_g"); h.Published() != 0 {
		t.Errorf("published %d", h.Published())
	}
	log.on.Store(false)
	free.Store(true)
	close(log.free)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := <-done; !errors.Is(err, refused) {
		t.Errorf("the command's own error: %v", err)
	}
}

// Go is refused where too many commands wait, and Do isn't.
func TestGoBusy(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	defer r.close()
	ran, told := 0, 0
	command := func(*Tx) error { ran++; return nil }
	var err error
	taken := 0
	for ; err == nil; taken++ {
		err = r.Go(command, func(error) { told++ })
	}
	taken--
	if !errors.Is(err, ErrBusy) || taken > maxWaitingCommands+1 {
		t.Errorf("after %d: %v", taken, err)
	}
	if err := r.put(command, false, func(error) { told++ }); err != nil {
		t.Error(err)
	}
	r.commitAll()
	if ran != taken+1 || told != ran {
		t.Errorf("%d taken, %d ran, %d told", taken+1, ran, told)
	}
}

// Reads shows what was written in the same batch, by whichever command.
func TestReadsAfterWrites(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	defer r.close()
	put := func(command func(tx *Tx) error) {
		_ = r.Go(command, func(err error) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	put(func(tx *Tx) error { return tx.CreateGroup(newGroup("g", "o")) })
	banned := func(tx *Tx) bool {
		rec, err := tx.Group("g")
		if err != nil {
			t.Error(err)
		}
		_, on, err := tx.Reads(OfGroup(rec.Conv)).Ban(rec.Conv, "x")
		if err != nil {
			t.Error(err)
		}
		return on
	}
	for i := range 6 {
		want := i%2 == 1
		put(func(tx *Tx) error {
			if banned(tx) != want {
				t.Errorf("%d: banned %v", i, !want)
			}
			rec, err := tx.Group("g")
			if want {
				tx.Writes(OfGroup(rec.Conv)).DeleteBan(rec.Conv, "x")
			} else {
				tx.Writes(OfGroup(rec.Conv)).PutBan(rec.Conv, storage.Ban{User: "x", By: "o"})
			}
			return err
		})
		if i == 3 {
			r.step()
		}
	}
	r.commitAll()
	if n := len(r.stats); n < 6 {
		t.Errorf("%d batches", n)
	}
}

// A command whose only row can't be stored ends the log; it isn't told that all
// is well.
func TestUnstorableRow(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.sync() // the first turn of a day writes a row of its own
	err := r.Do(func(tx *Tx) error {
		tx.Block("a\x00", "b")
		return nil
	})
	if !errors.Is(err, ErrShuttingDown) || r.fatal.Load() == 0 {
		t.Errorf("%v, %d calls of Fatal", err, r.fatal.Load())
	}
	r = build(t, vfs.NewMem(), nil)
	defer r.close()
	_ = r.inbox.put(item{do: func(tx *Tx) { tx.Block("a\x00", "b") }}) // nobody waits for it
	if r.commitAll(); r.fatal.Load() == 0 {
		t.Error("nobody has heard of it")
	}
}

// Commands that write much are committed in several batches, and so are those
// that look at very many runs.
func TestFullOfCommands(t *testing.T) {
	for name, command := range map[string]func(tx *Tx, i int){
		"rows": func(tx *Tx, i int) {
			tx.Writes(Subject{}).PutAnswer(1, "u", fmt.Sprint(i), storage.Answer{Body: make([]byte, maxBatchBytes/maxBatchRuns)})
		},
		"runs": func(tx *Tx, i int) {
			if _, ok, err := tx.Entry(uint64(i+1), 1); !ok || err != nil {
				t.Error(i, ok, err)
			}
		},
	} {
		r := build(t, vfs.NewMem(), nil)
		const n = maxBatchRuns + 10
		for i := range n { // a run each
			_ = r.Submit(time.Now(), []Send{single("a", fmt.Sprint(i), "")})
		}
		r.commitAll()
		r.stats = nil
		for i := range n {
			_ = r.inbox.put(item{do: func(tx *Tx) {
				command(tx, i)
				if runs, size := len(r.cur.runs), r.cur.w.Size(); runs > maxBatchRuns || size > 2*maxBatchBytes {
					t.Errorf("%s: %d runs, %d bytes", name, runs, size)
				}
			}})
		}
		r.commitAll()
		if len(r.stats) < 2 || len(r.cur.runs) > 0 {
			t.Errorf("%s: %d batches", name, len(r.stats))
		}
		r.close()
	}
}

// Entries that no command waits for any more are committed all the same, also in
// the middle of the command that made them.
func TestEntriesAlone(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	defer r.close()
	_ = r.Submit(time.Now(), []Send{single("a", "b", "1")})
	r.commitAll()
	_ = r.inbox.put(item{do: func(tx *Tx) {
		seq, err := tx.Event("single_a:b", Event{Type: "edit", From: "a", Content: []byte("x")})
		if err != nil {
			t.Error(err)
		}
		err = tx.Rewrite(r.Head("single_a:b").Num, seq, func(m *storage.Message) { m.Content = nil })
		if err != nil {
			t.Error(err)
		}
		if _, err := tx.Event("single_a:b", Event{Type: "edit", From: "a"}); err != nil {
			t.Error(err)
		}
	}})
	r.commitAll()
	if log := messages(t, r.db, "single_a:b"); len(log) != 3 || len(log[1].Content) != 0 {
		t.Errorf("%+v", log)
	}
}

// Commands work between Drain and Stop, with all that they write; sends don't.
func TestDoAfterDrain(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	r.group("g", "o", "u")
	r.attach(delivery.Conn{Serial: 1}, "u", "d", true)
	_ = r.Drain(t.Context())
	if err := r.Submit(time.Now(), []Send{toGroup("o", "g", "1")}); !errors.Is(err, ErrShuttingDown) {
		t.Error(err)
	}
	r.do(func(tx *Tx) error {
		_, err := tx.Event("group_g", Event{Type: "group", From: "o"})
		return err
	})
	if err := r.Ask(func(tx *Tx) {
		if !tx.Online("u") {
			t.Error("not online")
		}
	}); err != nil {
		t.Error(err)
	}
	r.Detach(delivery.Conn{Serial: 1}, "u", []Cursor{{"u", r.Head("group_g").Num, 1}})
	r.stop()
	for _, err := range []error{
		r.Do(func(*Tx) error { return nil }), r.Ask(func(*Tx) {}),
		r.Go(func(*Tx) error { return nil }, func(error) { t.Error("done") }),
	} {
		if !errors.Is(err, ErrShuttingDown) {
			t.Error(err)
		}
	}
	r = start(t, fs, nil)
	if s := r.session("u", "group_g"); s.AckSeq != 1 {
		t.Errorf("%+v", s)
	}
	if at, err := r.db.LastSeen("u"); at == 0 || err != nil {
		t.Errorf("seen at %d, %v", at, err)
	}
}

// A conversation is found by its number and its id, or not at all.
func TestConversationOf(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	r.send1(single("a", "b", "1"))
	r.stop()
	r = start(t, fs, nil)
	r.do(func(tx *Tx) error {
		byID, err := tx.ConversationByID("single_a:b")
		if err != nil || byID == nil || byID.Kind != Single || byID.Published() != 1 {
			t.Errorf("%+v %v", byID, err)
		}
		if byNum, err := tx.Conversation(byID.Num); byNum != byID || err != nil {
			t.Errorf("%+v %v", byNum, err)
		}
		none, err := tx.Conversation(byID.Num + 1)
		noID, err2 := tx.ConversationByID("single_a:x")
		if none != nil || noID != nil {
			t.Errorf("%+v %+v", none, noID)
		}
		return errors.Join(err, err2)
	})
}
