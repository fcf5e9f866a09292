package sequencer

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// After a power cut nobody's place is before their own last message, whether it
// was in their session by then or not.
func TestSentAfterPowerCut(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 11))
		fs := vfs.NewCrashableMem()
		r := start(t, fs, nil)
		users := []string{"a", "b", "c"}
		for i := range 1 + rng.IntN(40) {
			from := rng.IntN(3)
			r.send1(single(users[from], users[(from+1+rng.IntN(2))%3], fmt.Sprint(i)))
			switch rng.IntN(8) {
			case 0:
				r.do(func(tx *Tx) error { tx.FlushCursors("a"); return nil })
			case 1:
				r.do(func(tx *Tx) error { tx.s.flushCursors(); return nil })
			}
		}
		after := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rng})
		r.stop()

		r = start(t, after, nil)
		for _, conv := range []string{"single_a:b", "single_a:c", "single_b:c"} {
			rec, _, err := r.db.Conversation(conv)
			if err != nil {
				t.Fatal(err)
			}
			last := map[string]uint64{}
			for _, m := range messages(t, r.db, conv) {
				last[m.From] = m.Seq
			}
			for user, seq := range last {
				got := r.session(user, conv).SentSeq
				if noted := r.sentBy(user)[rec.Num]; max(got, noted) != seq {
					t.Errorf("seed %d: %s in %s is at %d, noted %d, and wrote %d", seed, user, conv, got, noted, seq)
				}
			}
		}
		r.stop()
	}
}

// What is in the sessions isn't read again: the mark follows them, and is at the
// end after a stop.
func TestNotedMark(t *testing.T) {
	fs := vfs.NewMem()
	r := start(t, fs, nil)
	mark := func() uint64 {
		value, found, err := r.db.System(systemNoted)
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			return 0
		}
		return binary.BigEndian.Uint64(value)
	}
	first := r.send(single("a", "b", "1"), single("b", "a", "2"))[1].ID
	r.do(func(tx *Tx) error { tx.FlushCursors("a"); return nil })
	if got := mark(); got != 0 {
		t.Errorf("%d, while b's place isn't written", got)
	}
	r.do(func(tx *Tx) error { tx.s.flushCursors(); return nil })
	if got := mark(); got != first {
		t.Errorf("%d, not %d", got, first)
	}
	last := r.send1(single("a", "b", "3")).ID
	r.stop()
	r = start(t, fs, nil)
	if got := mark(); got != last || r.cursors.n != 0 {
		t.Errorf("%d after a stop, not %d; %d places found", got, last, r.cursors.n)
	}
}
