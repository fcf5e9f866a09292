package sequencer

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
)

const dissolved = 2500 // members

// big makes a group of many.
func big(r *rig) {
	r.do(func(tx *Tx) error {
		rec := newGroup("g", "o")
		rec.MaxMembers = dissolved
		err := tx.CreateGroup(rec)
		for i := 1; i < dissolved && err == nil; i++ {
			err = tx.AddMember("g", fmt.Sprintf("u%04d", i), 0)
		}
		return err
	})
}

func (r *rig) dissolveMore(conv uint64) (done bool) {
	r.t.Helper()
	r.do(func(tx *Tx) (err error) {
		done, err = tx.DissolveMore(conv)
		return err
	})
	return done
}

// A group that is dissolved is gone for everybody at once, with an event as the
// last they hear of it; taking all members out goes on after a restart.
func TestDissolve(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, func(c *Config) { c.OpenGroups = true })
	big(r)
	r.attach(delivery.Conn{Serial: 1}, "u0001", "d", true) // taken out by the first step
	r.attach(delivery.Conn{Serial: 2}, "u2400", "d", true) // and by the last
	r.send1(toGroup("o", "g", "1"))
	r.take(0)
	var conv uint64
	r.do(func(tx *Tx) (err error) {
		conv, err = tx.Dissolve("g", Event{Type: "group", From: "o"})
		return err
	})
	gone := func(when string) {
		t.Helper()
		if got := r.send1(toGroup("o", "g", when)); !errors.Is(got.Err, ErrNotMember) {
			t.Errorf("%s: %+v", when, got)
		}
		r.do(func(tx *Tx) error {
			_, errGroup := tx.Group("g")
			_, errAgain := tx.Dissolve("g", Event{})
			for _, err := range []error{errGroup, errAgain, tx.AddMember("g", "x", 0), tx.RemoveMember("g", "o"), tx.PutGroup(newGroup("g", "x"))} {
				if !errors.Is(err, ErrNotFound) {
					t.Errorf("%s: %v", when, err)
				}
			}
			if err := tx.CreateGroup(newGroup("g", "x")); !errors.Is(err, ErrExists) {
				t.Errorf("%s: %v", when, err)
			}
			return nil
		})
	}
	gone("at once")
	if r.dissolveMore(conv) {
		t.Error("done after the first step")
	}
	gone("after the first step")
	var kinds []delivery.Kind
	for _, p := range r.take(0) {
		kinds = append(kinds, p.Kind)
	}
	if want := []delivery.Kind{delivery.ToRoom, delivery.Leave}; !slices.Equal(kinds, want) {
		t.Errorf("posted %v, want the event and one that leaves", kinds)
	}
	r.stop()

	r = start(t, fs, nil)
	if rest, err := r.db.Dissolving(); err != nil || len(rest) != 1 || rest[0] != conv {
		t.Fatalf("%v %v", rest, err)
	}
	gone("after a restart")
	steps := 1
	for !r.dissolveMore(conv) {
		steps++
	}
	if steps != 2 {
		t.Errorf("%d steps after the restart", steps)
	}
	gone("at the end")
	if rest, err := r.db.Dissolving(); err != nil || len(rest) != 0 {
		t.Errorf("%v %v", rest, err)
	}
	if g, ok, err := r.db.Group(conv); !ok || err != nil || g.Members != 0 {
		t.Errorf("%+v %v", g, err)
	}
	r.attach(delivery.Conn{Serial: 1}, "u0001", "d", true)
	if rooms := r.take(0)[0].Rooms; len(rooms) != 0 {
		t.Errorf("enters %v", rooms)
	}
}

// A power cut between two steps leaves a sound database, which knows what is to
// be gone on with.
func TestDissolvePowerCut(t *testing.T) {
	fs := vfs.NewCrashableMem()
	r := start(t, fs, nil)
	big(r)
	var conv uint64
	r.do(func(tx *Tx) (err error) {
		conv, err = tx.Dissolve("g", Event{Type: "group", From: "o"})
		return err
	})
	for seed := range uint64(4) {
		after := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: int(seed) * 30, RNG: rand.New(rand.NewPCG(seed, 1))})
		cut := build(t, after, nil)
		rest, err := cut.db.Dissolving()
		if err != nil || (len(rest) == 1) != (seed < 3) {
			t.Errorf("before step %d: %v %v", seed+1, rest, err)
		}
		g, _, err := cut.db.Group(conv)
		if want := max(0, dissolved-dissolveStep*int(seed)); err != nil || int(g.Members) != want {
			t.Errorf("before step %d: %d members, not %d; %v", seed+1, g.Members, want, err)
		}
		cut.close()
		r.dissolveMore(conv)
	}
}

// All of it in one turn, with what came before: the members hear the event
// before they are out, and each is taken out once.
func TestDissolveInATurn(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	defer r.close()
	_ = r.Attach(delivery.Conn{Serial: 1}, "u", "d", true, func(delivery.Conn, error) {})
	r.commitAll()
	r.take(0)
	put := func(command func(tx *Tx) error) {
		_ = r.inbox.put(item{do: func(tx *Tx) {
			if err := command(tx); err != nil {
				t.Error(err)
			}
		}})
	}
	put(func(tx *Tx) error { return tx.CreateGroup(newGroup("g", "o")) })
	put(func(tx *Tx) error { return tx.AddMember("g", "u", 0) })
	r.commitAll()
	_ = r.Submit(time.Now(), []Send{toGroup("o", "g", "1")})
	put(func(tx *Tx) error { _, err := tx.Dissolve("g", Event{Type: "group", From: "o"}); return err })
	for range 2 {
		put(func(tx *Tx) error {
			done, err := tx.DissolveMore(1)
			if !done {
				t.Error("not done")
			}
			return err
		})
	}
	r.commitAll()
	var seqs []uint64
	var kinds []delivery.Kind
	for _, p := range r.take(0) {
		kinds = append(kinds, p.Kind)
		if p.Run != nil {
			seqs = append(seqs, p.Run.Last())
		}
	}
	want := []delivery.Kind{delivery.Enter, delivery.ToRoom, delivery.Leave}
	if !slices.Equal(kinds, want) || !slices.Equal(seqs, []uint64{2}) {
		t.Errorf("posted %v up to %v", kinds, seqs)
	}
	if g, ok, err := r.db.Group(1); !ok || err != nil || g.Members != 0 {
		t.Errorf("%+v %v", g, err)
	}
}
