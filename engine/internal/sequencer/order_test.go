package sequencer

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"gannet/engine/internal/delivery"
)

// Many senders at once: seqs are contiguous in each conversation, ids rise over
// all of them and over restarts, a sender's messages keep their order, and what
// is pushed is what is in the log.
func TestOrder(t *testing.T) {
	fs := vfs.NewMem()
	const senders, each, convs = 4, 150, 3
	for round := range 2 {
		r := start(t, fs, nil)
		watch := delivery.Conn{Reactor: 1, Serial: 1}
		r.attach(watch, "hub", "d", true)
		r.take(1)
		var wg sync.WaitGroup
		for s := range senders {
			wg.Go(func() {
				for i := 0; i < each; i += 5 {
					var sends []Send
					for k := i; k < i+5; k++ {
						sends = append(sends, single("hub", fmt.Sprint("u", k%convs), fmt.Sprintf("%d-%d-%03d", round, s, k)))
					}
					for _, res := range r.send(sends...) {
						if res.Err != nil {
							t.Error(res.Err)
						}
					}
				}
			})
		}
		wg.Wait()
		checkPushed(t, r.take(1), each*senders)
		r.stop()
	}
	r := start(t, fs, nil)
	var lastID uint64
	all := 0
	byID := map[uint64]bool{}
	for c := range convs {
		last := map[string]string{}
		lastID = 0
		for i, m := range messages(t, r.db, fmt.Sprintf("single_hub:u%d", c)) {
			if m.Seq != uint64(i+1) || m.ID <= lastID || byID[m.ID] {
				t.Fatalf("seq %d id %d after %d, %d", m.Seq, m.ID, i, lastID)
			}
			lastID, byID[m.ID] = m.ID, true
			all++
			who := string(m.Content[:3])
			if string(m.Content) <= last[who] {
				t.Errorf("%s after %s", m.Content, last[who])
			}
			last[who] = string(m.Content)
		}
	}
	if all != 2*senders*each {
		t.Errorf("%d messages", all)
	}
}

// checkPushed holds runs against each other: no gap, no repetition, ids rising
// with the batches.
func checkPushed(t *testing.T, posts []delivery.Post, want int) {
	t.Helper()
	next := map[uint64]uint64{}
	got := 0
	for _, p := range posts {
		if p.Kind != delivery.ToUser {
			t.Fatalf("kind %d", p.Kind)
		}
		run := p.Run
		if next[run.Conv] != 0 && run.First != next[run.Conv] {
			t.Errorf("conversation %d: run begins at %d, not %d", run.Conv, run.First, next[run.Conv])
		}
		next[run.Conv] = run.Last() + 1
		for i := range run.Ends {
			seq := run.First + uint64(i)
			var conv string
			var inFrame uint64
			if _, err := fmt.Sscanf(string(run.Frame(seq)), "chat %s %d", &conv, &inFrame); err != nil || inFrame != seq {
				t.Errorf("frame %q for seq %d", run.Frame(seq), seq)
			}
			got++
		}
	}
	if got != want {
		t.Errorf("%d pushed, not %d", got, want)
	}
}

// What readers may see moves before anybody is told.
func TestPublishedFirst(t *testing.T) {
	var r *rig
	checked := 0
	r = build(t, vfs.NewMem(), func(c *Config) {
		c.Post = func(_ int, posts []delivery.Post) {
			for _, p := range posts {
				if p.Run == nil {
					continue
				}
				var conv string
				var seq, id uint64
				if _, err := fmt.Sscanf(string(p.Run.Frame(p.Run.Last())), "chat %s %d %d", &conv, &seq, &id); err != nil {
					t.Error(err)
				}
				if h := r.Head(conv); h.Published() < seq || r.Durable() < id {
					t.Errorf("pushed %d, published %d; id %d, durable %d", seq, h.Published(), id, r.Durable())
				}
				checked++
			}
		}
	})
	r.Start()
	defer r.stop()
	r.attach(delivery.Conn{Serial: 1}, "b", "d", true)
	for i := range 20 {
		r.send(single("a", "b", fmt.Sprint(i)), single("b", "c", fmt.Sprint(i)))
	}
	r.sync()
	if checked != 40 {
		t.Errorf("%d runs", checked)
	}
}

// A refusal stands in the way of nothing.
func TestRefusalsAmongSends(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	got := r.send(single("a", "b", "1"), toGroup("a", "g", "2"), single("a", "b", "3"))
	if got[0].Seq != 1 || !errors.Is(got[1].Err, ErrNotMember) || got[2].Seq != 2 {
		t.Errorf("%+v", got)
	}
}

// A batch that is full is committed though the sends of its turn go on.
func TestFullBatch(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	me := delivery.Conn{Serial: 1}
	sends := make([]Send, maxBatchMessages+10)
	for i := range sends {
		sends[i] = single("a", "b", "")
		sends[i].Origin = me
	}
	if err := r.Submit(time.Now(), sends); err != nil {
		t.Fatal(err)
	}
	r.sync()
	var answered int
	for _, p := range r.take(0) {
		answered += len(lines(p.Frame))
	}
	if answered != len(sends) {
		t.Errorf("%d answers", answered)
	}
	if got := messages(t, r.db, "single_a:b"); len(got) != len(sends) {
		t.Errorf("%d messages", len(got))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.stats {
		if p.Singles > maxBatchMessages {
			t.Errorf("a batch of %d", p.Singles)
		}
	}
}
