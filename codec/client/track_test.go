package client

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func offerAll(t *track, seqs ...uint64) (got []uint64) {
	for _, seq := range seqs {
		t.offer(entry{seq: seq})
		got = append(got, takeAll(t)...)
	}
	return got
}

func takeAll(t *track) (got []uint64) {
	for e, due := t.next(); due; e, due = t.next() {
		t.take()
		got = append(got, e.seq)
	}
	return got
}

func TestTrackOrders(t *testing.T) {
	for _, c := range []struct {
		from     *track
		in, want []uint64
		gap      bool
	}{
		{&track{}, []uint64{5, 6, 7}, []uint64{5, 6, 7}, false},
		{&track{known: true}, []uint64{1, 2, 2, 1, 3}, []uint64{1, 2, 3}, false},
		{&track{known: true}, []uint64{3, 2, 1}, []uint64{1, 2, 3}, false},
		{&track{known: true}, []uint64{1, 3, 3, 4}, []uint64{1}, true},
		{&track{known: true, last: 5}, []uint64{4, 6}, []uint64{6}, false},
		{&track{known: true, own: []uint64{2, 4, 5}}, []uint64{1, 3, 6}, []uint64{1, 3, 6}, false},
		{&track{own: []uint64{42}}, []uint64{41, 43}, []uint64{41, 43}, false},
		{&track{own: []uint64{42}}, []uint64{50, 51}, []uint64{50, 51}, false},
	} {
		if got := offerAll(c.from, c.in...); !slices.Equal(got, c.want) || c.from.gap() != c.gap {
			t.Errorf("%v: %v, gap %v", c.in, got, c.from.gap())
		}
	}
}

// In whatever order, and however often, the messages and answers of 1…n come:
// what is handed on is exactly what was not sent from here, rising.
func TestTrackAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "n")
		own := rapid.SliceOfN(rapid.Bool(), n+1, n+1).Draw(t, "own")
		var seqs, want []uint64
		for seq := 1; seq <= n; seq++ {
			seqs = append(seqs, uint64(seq))
			if !own[seq] {
				want = append(want, uint64(seq))
			}
		}
		seqs = append(seqs, rapid.SliceOf(rapid.SampledFrom(seqs)).Draw(t, "again")...)
		tr := &track{known: true}
		var got []uint64
		for _, seq := range rapid.Permutation(seqs).Draw(t, "order") {
			if own[seq] {
				tr.sent(seq)
				got = append(got, takeAll(tr)...)
				continue
			}
			got = append(got, offerAll(tr, seq)...)
		}
		if !slices.Equal(got, want) || tr.gap() || tr.last != uint64(n) || len(tr.own)+len(tr.held) > 0 {
			t.Fatalf("got %v, want %v, last %d", got, want, tr.last)
		}
	})
}

// Behind a gap no more than maxHeld messages are kept, and the rest is missed.
func TestTrackBounds(t *testing.T) {
	tr := &track{known: true}
	for seq := range uint64(3 * maxHeld) {
		tr.offer(entry{seq: seq + 2})
		tr.sent(10_000_000 + seq)
	}
	if len(tr.held) != maxHeld || len(tr.own) != maxHeld || !tr.lost || !tr.gap() {
		t.Fatal(len(tr.held), len(tr.own))
	}
	if got := offerAll(tr, 1); len(got) != maxHeld || !tr.gap() {
		t.Fatal(len(got), tr.gap())
	}
	tr.reconnect()
	if tr.gap() {
		t.Fatal("a gap after starting over")
	}
}
