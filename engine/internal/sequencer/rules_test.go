package sequencer

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
	"gannet/storage"
)

// system is a message that needs no leave.
func system(m Send) Send {
	m.More = &More{System: true}
	return m
}

// A block keeps one of two users from writing to the other: before they have a
// conversation, when it is in memory, and after a restart.
func TestBlocks(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	cid := 0
	check := func(when, from, to string, want error) {
		t.Helper()
		cid++
		m := single(from, to, fmt.Sprint(cid))
		r.do(func(tx *Tx) error {
			if err := tx.MayWrite(Single, m.ConvID, from, to); !errors.Is(err, want) {
				t.Errorf("%s, %s to %s: may write: %v, want %v", when, from, to, err, want)
			}
			return nil
		})
		if got := r.send1(m); !errors.Is(got.Err, want) {
			t.Errorf("%s, %s to %s: %v, want %v", when, from, to, got.Err, want)
		}
	}
	block := func(by, other string, on bool) {
		r.do(func(tx *Tx) error {
			if on {
				tx.Block(by, other)
			} else {
				tx.Unblock(by, other)
			}
			return nil
		})
	}
	block("b", "a", true)
	check("no conversation", "a", "b", ErrBlocked)
	if _, ok, err := r.db.Conversation("single_a:b"); ok || err != nil {
		t.Errorf("a conversation of nobody: %v", err)
	}
	for _, when := range []string{"in memory", "after a restart"} {
		check(when, "b", "a", nil)
		check(when, "a", "b", ErrBlocked)
		r.stop()
		r = start(t, fs, nil)
	}
	block("a", "b", true)
	check("both", "b", "a", ErrBlocked)
	check("both", "a", "b", ErrBlocked)
	if got := r.send1(system(single("a", "b", "s"))); got.Err != nil {
		t.Errorf("a system message: %v", got.Err)
	}
	block("b", "a", false)
	check("one again", "a", "b", nil)
	check("one again", "b", "a", ErrBlocked)
	block("a", "b", false)
	check("none", "b", "a", nil)
	block("z", "a", true)
	if got := r.send1(system(single("a", "z", "first"))); got.Err != nil || got.Seq != 1 {
		t.Errorf("a first system message: %+v", got)
	}
	check("after it", "a", "z", ErrBlocked)
}

// A block counts for what is in the same batch behind it.
func TestBlockInBatch(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	defer r.close()
	var got []error
	say := func() {
		m := single("a", "b", "")
		m.Done = func(res Result) { got = append(got, res.Err) }
		_ = r.Submit(time.Now(), []Send{m})
	}
	put := func(command func(*Tx)) { _ = r.inbox.put(item{do: command}) }
	put(func(tx *Tx) { tx.Block("b", "a") })
	say()
	put(func(tx *Tx) { tx.Unblock("b", "a") })
	say()
	put(func(tx *Tx) { tx.Block("b", "a") })
	say()
	r.commitAll()
	for i, want := range []error{ErrBlocked, nil, ErrBlocked} {
		if !errors.Is(got[i], want) {
			t.Errorf("%d: %v, want %v", i, got[i], want)
		}
	}
}

// Who may write in a group: members who aren't silenced, alone or with all.
func TestMutes(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	r.group("g", "owner", "admin", "member", "muted", "was muted")
	r.do(func(tx *Tx) error {
		now := tx.Now()
		for user, change := range map[string]func(*storage.Member){
			"admin":     func(m *storage.Member) { m.Role = 1 },
			"muted":     func(m *storage.Member) { m.MutedUntil = now + time.Hour.Milliseconds() },
			"was muted": func(m *storage.Member) { m.MutedUntil = now },
		} {
			m, ok, err := tx.Member("g", user)
			if !ok || err != nil {
				t.Errorf("%s: %v %v", user, ok, err)
			}
			change(&m)
			if err := tx.PutMember("g", m); err != nil {
				return err
			}
		}
		return nil
	})
	flags := func(to uint8) {
		r.do(func(tx *Tx) error {
			rec, err := tx.Group("g")
			rec.Flags, rec.Members = to, 0 // which isn't its to change
			return errors.Join(err, tx.PutGroup(rec))
		})
	}
	cid := 0
	check := func(when string, want map[string]error) {
		t.Helper()
		for user, err := range want {
			cid++
			m := toGroup(user, "g", fmt.Sprint(cid))
			if got := r.send1(m); !errors.Is(got.Err, err) {
				t.Errorf("%s: %s: %v, want %v", when, user, got.Err, err)
			}
			r.do(func(tx *Tx) error {
				if got := tx.MayWrite(Group, m.ConvID, user, ""); !errors.Is(got, err) {
					t.Errorf("%s: %s: may write: %v, want %v", when, user, got, err)
				}
				return nil
			})
		}
	}
	for range 2 {
		flags(0)
		check("by name", map[string]error{
			"owner": nil, "admin": nil, "member": nil, "muted": ErrMuted, "was muted": nil, "stranger": ErrNotMember,
		})
		flags(GroupMuted | GroupFlags)
		check("all", map[string]error{
			"owner": nil, "admin": nil, "member": ErrMuted, "muted": ErrMuted, "stranger": ErrNotMember,
		})
		if got := r.send1(system(toGroup("stranger", "g", fmt.Sprint("s", cid)))); got.Err != nil {
			t.Errorf("a system message: %v", got.Err)
		}
		r.stop()
		r = start(t, fs, nil)
	}
	r.do(func(tx *Tx) error {
		if rec, err := tx.Group("g"); rec.Members != 5 || err != nil {
			t.Errorf("%+v %v", rec, err)
		}
		if err := tx.MayWrite(Group, "group_none", "owner", ""); !errors.Is(err, ErrNotMember) {
			t.Error(err)
		}
		return nil
	})
}

// Who is banned doesn't join a group by sending, not in the batch of the ban either.
func TestBannedFromOpenGroup(t *testing.T) {
	r := build(t, vfs.NewMem(), func(c *Config) { c.OpenGroups = true })
	defer r.close()
	got := map[string]Result{}
	say := func(user, cid string) {
		m := toGroup(user, "g", cid)
		m.Done = func(res Result) { got[cid] = res }
		_ = r.Submit(time.Now(), []Send{m})
	}
	put := func(command func(w *storage.Batch, conv uint64)) {
		_ = r.inbox.put(item{do: func(tx *Tx) {
			rec, err := tx.Group("g")
			if err != nil {
				t.Error(err)
			}
			command(tx.Writes(OfGroup(rec.Conv)), rec.Conv)
		}})
	}
	say("o", "first")
	put(func(w *storage.Batch, conv uint64) { w.PutBan(conv, storage.Ban{User: "x", By: "o"}) })
	say("x", "banned")
	say("y", "another")
	r.commitAll()
	say("x", "later")
	put(func(w *storage.Batch, conv uint64) { w.DeleteBan(conv, "x") })
	say("x", "free")
	r.commitAll()
	for cid, want := range map[string]error{"first": nil, "banned": ErrBanned, "another": nil, "later": ErrBanned, "free": nil} {
		if !errors.Is(got[cid].Err, want) {
			t.Errorf("%s: %v, want %v", cid, got[cid].Err, want)
		}
	}
	if seq := got["free"].Seq; seq != 6 { // behind three events and two messages
		t.Errorf("seq %d", seq)
	}
}

// Who joins a group with old history has all of it, but isn't sent it again.
func TestOldHistory(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.do(func(tx *Tx) error {
		rec := newGroup("g", "o")
		rec.Flags = GroupOldHistory
		return tx.CreateGroup(rec)
	})
	r.send(toGroup("o", "g", "1"), toGroup("o", "g", "2"))
	for range 2 {
		r.do(func(tx *Tx) error { return tx.AddMember("g", "u", 0) })
		s := r.session("u", "group_g")
		if s.JoinSeq != 1 || s.AckSeq != 2 {
			t.Errorf("%+v", s)
		}
		r.do(func(tx *Tx) error {
			if m, _, err := tx.Member("g", "u"); m.JoinSeq != 1 || err != nil {
				t.Errorf("%+v %v", m, err)
			}
			return tx.RemoveMember("g", "u")
		})
	}
}

// What is remembered of a group is its members: who has left is forgotten as
// soon as storage knows it, and is out all the while.
func TestLeaversAreForgotten(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.group("g", "o")
	r.attach(delivery.Conn{Serial: 1}, "o", "d", true) // keeps the group in memory
	for i := range 20 {
		user := fmt.Sprint("u", i)
		r.do(func(tx *Tx) error { return tx.AddMember("g", user, 0) })
		r.do(func(tx *Tx) error {
			err := tx.RemoveMember("g", user)
			if _, ok, err2 := tx.Member("g", user); ok || err2 != nil {
				t.Errorf("still a member: %v", err2)
			}
			return err
		})
		if got := r.send1(toGroup(user, "g", "1")); !errors.Is(got.Err, ErrNotMember) {
			t.Errorf("%+v", got)
		}
	}
	r.do(func(tx *Tx) error {
		tables := r.convs["group_g"].group.members
		if len(tables) != 1 {
			t.Errorf("remembers %v", tables)
		}
		return tx.AddMember("g", "u0", 0)
	})
	if got := r.send1(toGroup("u0", "g", "2")); got.Err != nil {
		t.Errorf("%+v", got)
	}
}
