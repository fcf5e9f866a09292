package sequencer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"gannet/engine/internal/delivery"
)

// Events take seqs like messages and are pushed like them, but don't count: not
// in the same batch, not after a restart, not when the conversation had left
// memory meanwhile.
func TestEventsDontCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fs := vfs.NewMem()
		r := build(t, fs, func(c *Config) { c.MaxConversations = 1 })
		defer func() { r.close() }()
		last, counts := map[string]uint64{}, map[string]uint64{}
		say := func(to string) {
			m := single("a", to, "")
			if err := r.Submit(time.Now(), []Send{m}); err != nil {
				t.Fatal(err)
			}
			last[m.ConvID]++
			counts[m.ConvID]++
		}
		say("b")
		say("c")
		check := func() {
			r.commitAll()
			for id := range last {
				rec, _, err := r.db.Conversation(id)
				if err != nil {
					t.Fatal(err)
				}
				if tail, err := r.db.Tail(rec.Num); err != nil || tail.Seq != last[id] || tail.Count != counts[id] {
					t.Errorf("%s: %+v %v, want %d, %d", id, tail, err, last[id], counts[id])
				}
			}
		}
		who := func(t *rapid.T) string { return rapid.SampledFrom([]string{"b", "c"}).Draw(t, "to") }
		t.Repeat(map[string]func(*rapid.T){
			"say": func(t *rapid.T) {
				for range rapid.IntRange(1, 20).Draw(t, "messages") {
					say(who(t))
				}
			},
			"event": func(t *rapid.T) {
				id := "single_a:" + who(t)
				last[id]++
				want := last[id]
				_ = r.inbox.put(item{do: func(tx *Tx) {
					if seq, err := tx.Event(id, Event{Type: "edit", From: "a", Ref: 1}); err != nil || seq != want {
						t.Errorf("seq %d, %v; want %d", seq, err, want)
					}
				}})
			},
			"take in": func(*rapid.T) { r.step() },
			"commit":  func(*rapid.T) { check() },
			"restart": func(t *rapid.T) {
				if rapid.IntRange(0, 19).Draw(t, "one in twenty") > 0 {
					t.Skip()
				}
				check()
				r.close()
				r = build(t, fs, func(c *Config) { c.MaxConversations = 1 })
			},
		})
		check()
	})
}

// Published tells events from messages, and an event has all that it was given.
func TestEvent(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	r.send1(single("a", "b", "1"))
	r.attach(delivery.Conn{Serial: 1}, "b", "d", true)
	r.take(0)
	at := time.Now().Add(time.Hour).UnixMilli()
	r.do(func(tx *Tx) error {
		if _, err := tx.Event("single_a:x", Event{Type: "edit", From: "a"}); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		seq, err := tx.Event("single_a:b", Event{Type: "edit", From: "a", Extra: []byte(`"id":1`), Content: []byte("x"), Ref: 1, Expires: at})
		if seq != 2 {
			t.Errorf("seq %d", seq)
		}
		return err
	})
	m := messages(t, r.db, "single_a:b")[1]
	if !m.Event || m.Type != "edit" || m.From != "a" || m.Ref != 1 || m.Expires != at || string(m.Content) != "x" {
		t.Errorf("%+v", m)
	}
	if due, err := r.db.Expired(at, 9); err != nil || len(due) != 1 || due[0].Seq != 2 || due[0].At != at {
		t.Errorf("%+v %v", due, err)
	}
	if posts := r.take(0); len(posts) != 1 || posts[0].Run.First != 2 || !strings.HasSuffix(string(posts[0].Run.Frames), "edit(\"id\":1)\n") {
		t.Errorf("%+v", posts)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	messages, events := 0, 0
	for _, p := range r.stats {
		messages, events = messages+p.Singles, events+p.Events
	}
	if messages != 1 || events != 1 {
		t.Errorf("%d messages, %d events", messages, events)
	}
}

// Who is taken out is told once, after what was said before; so are the others.
func TestFarewell(t *testing.T) {
	r := build(t, vfs.NewMem(), nil)
	defer r.close()
	put := func(command func(tx *Tx) error) {
		_ = r.inbox.put(item{do: func(tx *Tx) {
			if err := command(tx); err != nil {
				t.Error(err)
			}
		}})
	}
	for i, user := range []string{"o", "u"} {
		_ = r.Attach(delivery.Conn{Reactor: i, Serial: 1}, user, "d", true, func(delivery.Conn, error) {})
	}
	put(func(tx *Tx) error { return tx.CreateGroup(newGroup("g", "o")) })
	put(func(tx *Tx) error { return tx.AddMember("g", "u", 0) })
	r.commitAll()
	r.take(0)
	r.take(1)
	say := func(cid string) { _ = r.Submit(time.Now(), []Send{toGroup("o", "g", cid)}) }
	say("before")
	put(func(tx *Tx) error { return tx.RemoveMember("g", "u") })
	put(func(tx *Tx) error {
		return tx.Farewell("g", "u", Event{Type: "group", From: "o", Extra: []byte("kicked u")})
	})
	say("after")
	put(func(tx *Tx) error {
		if err := tx.Farewell("none", "u", Event{}); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		return nil
	})
	r.commitAll()
	told := func(reactor int) (heard []string) {
		for _, p := range r.take(reactor) {
			frames := p.Frame
			if p.Run != nil {
				frames = p.Run.Frames
			}
			if p.Kind == delivery.Leave {
				heard = append(heard, "leave")
				continue
			}
			for _, l := range lines(frames) {
				words := strings.SplitN(l, " ", 6)
				heard = append(heard, fmt.Sprint(words[2], words[5]))
			}
		}
		return heard
	}
	if got, want := told(0), []string{"1before", "leave", "2group(kicked u)", "3after"}; !slices.Equal(got, want) {
		t.Errorf("the owner: %q", got)
	}
	if got, want := told(1), []string{"1before", "leave", "2group(kicked u)"}; !slices.Equal(got, want) {
		t.Errorf("who is out: %q", got)
	}
}
