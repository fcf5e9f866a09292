package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

// tape notes what workers do.
type tape struct {
	mu      sync.Mutex
	passed  map[string][]int
	running map[string]bool
	most    int // workers at a time
	fault   string
}

func newTape() *tape { return &tape{passed: map[string][]int{}, running: map[string]bool{}} }

// piece is an item that takes its time.
type piece struct {
	tape  *tape
	user  string
	n     int
	takes time.Duration
	bytes int
}

func (p *piece) size() int { return p.bytes }

func (p *piece) pass(ctx context.Context) {
	p.tape.begin(p.user)
	select {
	case <-time.After(p.takes):
	case <-ctx.Done():
	}
	p.tape.end(p.user, p.n)
}

func (t *tape) begin(user string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running[user] {
		t.fault = "two of " + user + " at a time"
	}
	t.running[user] = true
	t.most = max(t.most, len(t.running))
}

func (t *tape) end(user string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.running, user)
	t.passed[user] = append(t.passed[user], n)
}

// What a user sends passes in its order, one at a time, whatever each takes; all of
// it does; no more workers run than may, and as many as there are users who wait.
func TestLanesKeepOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		workers := rapid.IntRange(1, 4).Draw(rt, "workers")
		users := rapid.IntRange(1, 8).Draw(rt, "users")
		type step struct {
			user  int
			takes time.Duration
			wait  time.Duration // before the next
		}
		steps := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) step {
			ms := func(name string) time.Duration {
				return time.Duration(rapid.SampledFrom([]int{0, 0, 1, 3, 20}).Draw(rt, name)) * time.Millisecond
			}
			return step{rapid.IntRange(0, users-1).Draw(rt, "user"), ms("takes"), ms("wait")}
		}), 1, 60).Draw(rt, "steps")
		synctest.Test(t, func(t *testing.T) {
			l, tape := newLanes(workers), newTape()
			want := map[string][]int{}
			for i, s := range steps {
				user := fmt.Sprint(s.user)
				if err := l.put(user, &piece{tape: tape, user: user, n: i, takes: s.takes, bytes: i}); err != nil {
					t.Fatal(err)
				}
				want[user] = append(want[user], i)
				time.Sleep(s.wait)
			}
			l.close(t.Context())
			for user := range want {
				if !slices.Equal(tape.passed[user], want[user]) {
					t.Fatalf("%s: %v, want %v", user, tape.passed[user], want[user])
				}
				if !l.empty(user) {
					t.Errorf("a lane of %s is left", user)
				}
			}
			if tape.fault != "" || tape.most > workers || l.waiting() != 0 || l.bytes != 0 {
				t.Fatalf("%s; %d at a time, want %d; %d items, %d bytes left", tape.fault, tape.most, workers, l.waiting(), l.bytes)
			}
		})
	})
}

// Who sends a lot doesn't hold up who sends a little, and all workers work.
func TestLanesAreFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, tape := newLanes(2), newTape()
		put := func(user string, n int) {
			for i := range n {
				if err := l.put(user, &piece{tape: tape, user: user, n: i, takes: time.Second}); err != nil {
					t.Fatal(err)
				}
			}
		}
		put("a", 100)
		put("b", 100)
		put("c", 2)
		time.Sleep(4*time.Second + time.Millisecond)
		tape.mu.Lock()
		if len(tape.passed["c"]) < 2 || tape.most != 2 {
			t.Errorf("%d of c, %d workers", len(tape.passed["c"]), tape.most)
		}
		tape.mu.Unlock()
		l.close(t.Context())
	})
}

func TestLanesBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, tape := newLanes(1), newTape()
		put := func(user string, bytes int) error {
			return l.put(user, &piece{tape: tape, user: user, bytes: bytes, takes: time.Millisecond})
		}
		for range maxHeldOfUser {
			if err := put("a", 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := put("a", 0); !errors.Is(err, sequencer.ErrBusy) {
			t.Errorf("one user: %v", err)
		}
		if err := errors.Join(put("b", maxHeldBytes), put("b", 0)); err != nil {
			t.Errorf("another user: %v", err)
		}
		if err := put("c", 1); !errors.Is(err, sequencer.ErrBusy) {
			t.Errorf("bytes: %v", err)
		}
		for i := range maxHeld - l.waiting() {
			if err := put(fmt.Sprint("u", i), 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := put("d", 0); !errors.Is(err, sequencer.ErrBusy) {
			t.Errorf("items: %v", err)
		}
		l.close(t.Context())
		if err := put("e", 0); !errors.Is(err, sequencer.ErrShuttingDown) {
			t.Errorf("closed: %v", err)
		}
		if n := len(tape.passed["a"]); n != maxHeldOfUser {
			t.Errorf("%d passed", n)
		}
	})
}

// When the time of the stop is over, nothing is waited for any more, and nothing is
// forgotten.
func TestLanesCloseInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, tape := newLanes(1), newTape()
		for i := range 10 {
			if err := l.put("a", &piece{tape: tape, user: "a", n: i, takes: time.Hour}); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		l.close(ctx)
		if took := time.Since(begun); took != time.Second || len(tape.passed["a"]) != 10 {
			t.Errorf("%v, %d passed", took, len(tape.passed["a"]))
		}
	})
}

// What has left the lanes takes no room in them, however long the hook made it.
func TestLanesAreEmptyAfterwards(t *testing.T) {
	for _, content := range []string{`"[removed]"`, `"` + strings.Repeat("long", 1000) + `"`} {
		s, j := judged(t)
		j.says(wire.Verdict{Content: []byte(content)})
		bad := fmt.Appendf(nil, `"%s"`, strings.Repeat("bad", 100))
		sent := s.write("a", wire.Request{To: "b", Content: bad})
		s.must(s.Edit(t.Context(), "a", &wire.Request{ID: sent.ID, Content: bad}))
		s.StopHook(t.Context())
		if l := s.screen.lanes; l.bytes != 0 || l.waiting() != 0 {
			t.Errorf("%d bytes of %d items", l.bytes, l.waiting())
		}
	}
}
