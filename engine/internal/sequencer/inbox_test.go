package sequencer

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"gannet/engine/internal/delivery"
)

// A full inbox refuses sends by number and by size, and takes commands.
func TestInboxBounds(t *testing.T) {
	put := func(b *inbox, n, bytes int) error { return b.put(item{sends: make([]Send, n), bytes: bytes}) }
	b := newInbox()
	if err := put(b, maxWaitingMessages+5, maxWaitingBytes+5); err != nil {
		t.Error("an empty inbox takes any turn:", err)
	}
	if err := put(b, 1, 1); !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
	if err := b.put(item{do: func(*Tx) {}}); err != nil {
		t.Error("a command:", err)
	}
	if items, _ := b.take(); len(items) != 2 || b.waiting() != 0 {
		t.Errorf("%d items, %d wait", len(items), b.waiting())
	}
	for n, fill := range map[int]struct{ messages, bytes int }{1: {maxWaitingMessages - 1, 1}, 2: {1, maxWaitingBytes - 1}} {
		if err := errors.Join(put(b, fill.messages, fill.bytes), put(b, 1, 1)); n == 1 && err != nil {
			t.Error(err)
		}
		if err := put(b, 1, 1); !errors.Is(err, ErrBusy) {
			t.Error(err)
		}
		b.take()
	}
}

// Commands that can be done without are refused where too many wait.
func TestInboxSpareCommands(t *testing.T) {
	b := newInbox()
	command := func(*Tx) {}
	for range maxWaitingCommands + 1 {
		if err := b.put(item{do: command, spare: true}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.put(item{do: command, spare: true}); !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
	if err := errors.Join(b.put(item{do: command}), b.put(item{sends: make([]Send, 1)})); err != nil {
		t.Error("what can't be done without:", err)
	}
	b.take()
	if err := b.put(item{do: command, spare: true}); err != nil {
		t.Error(err)
	}
}

func TestInboxEnds(t *testing.T) {
	b := newInbox()
	b.refuse()
	if err := b.put(item{sends: make([]Send, 1)}); !errors.Is(err, ErrShuttingDown) {
		t.Error(err)
	}
	if err := b.put(item{do: func(*Tx) {}}); err != nil {
		t.Error(err)
	}
	b.close()
	if err := b.put(item{do: func(*Tx) {}}); !errors.Is(err, ErrShuttingDown) {
		t.Error(err)
	}
	if items, closed := b.take(); len(items) != 1 || !closed {
		t.Errorf("%d items, closed %v", len(items), closed)
	}
}

// While the log is stuck sends are refused once the inbox is full; what was
// taken in is answered when it goes on.
func TestBusy(t *testing.T) {
	r := start(t, vfs.NewMem(), nil)
	hold, holding := make(chan struct{}), make(chan struct{})
	_ = r.inbox.put(item{do: func(*Tx) { close(holding); <-hold }})
	<-holding
	var answered atomic.Int32
	taken := 0
	for i := 0; ; i++ {
		sends := make([]Send, 1000)
		for k := range sends {
			sends[k] = single("a", "b", "")
			sends[k].Done = func(Result) { answered.Add(1) }
		}
		err := r.Submit(time.Now(), sends)
		if errors.Is(err, ErrBusy) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		taken += len(sends)
	}
	if r.Waiting() != taken || taken > maxWaitingMessages {
		t.Errorf("%d wait, %d taken", r.Waiting(), taken)
	}
	attached := make(chan error, 1)
	err := r.Attach(delivery.Conn{Serial: 1}, "a", "d", true, func(_ delivery.Conn, err error) { attached <- err })
	if err != nil {
		t.Error("a command:", err)
	}
	if n := r.WaitingCommands(); n != 1 {
		t.Errorf("%d commands wait", n)
	}
	close(hold)
	if err := <-attached; err != nil {
		t.Error(err)
	}
	r.sync()
	if int(answered.Load()) != taken {
		t.Errorf("%d answers of %d", answered.Load(), taken)
	}
}

func TestCongested(t *testing.T) {
	var congested atomic.Bool
	r := start(t, vfs.NewMem(), func(c *Config) { c.Congested = congested.Load })
	congested.Store(true)
	if err := r.Submit(time.Now(), []Send{single("a", "b", "1")}); !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
	congested.Store(false)
	if got := r.send1(single("a", "b", "1")); got.Seq != 1 {
		t.Errorf("%+v", got)
	}
}

// stuckLog is a file system whose log takes long to sync.
type stuckLog struct {
	on    atomic.Bool
	stuck chan struct{} // one for each sync that is stuck
	free  chan struct{}
}

func (l *stuckLog) MaybeError(op errorfs.Op) error {
	sync := op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData
	if sync && l.on.Load() && strings.HasSuffix(op.Path, ".log") {
		l.stuck <- struct{}{}
		<-l.free
	}
	return nil
}

func (l *stuckLog) String() string { return "stuck log" }

// While an fsync takes longer than it may, sends are refused; commands aren't.
func TestStalledSync(t *testing.T) {
	log := &stuckLog{stuck: make(chan struct{}), free: make(chan struct{})}
	r := build(t, errorfs.Wrap(vfs.NewMem(), log), func(c *Config) { c.StallAfter = time.Minute })
	r.Start()
	defer r.stop()
	r.sync()
	log.on.Store(true)
	answer := make(chan Result, 2)
	m := single("a", "b", "1")
	m.Done = func(res Result) { answer <- res }
	if err := r.Submit(time.Now(), []Send{m}); err != nil {
		t.Fatal(err)
	}
	<-log.stuck
	m.CID = "2"
	if err := r.Submit(time.Now().Add(30*time.Second), []Send{m}); err != nil {
		t.Error("before it is a stall:", err)
	}
	if err := r.Submit(time.Now().Add(2*time.Minute), []Send{m}); !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
	if err := r.Move(nil); err != nil {
		t.Error("a command:", err)
	}
	select {
	case res := <-answer:
		t.Errorf("answered before it is on disk: %+v", res)
	default:
	}
	log.on.Store(false)
	close(log.free)
	for seq := uint64(1); seq <= 2; seq++ {
		if res := <-answer; res.Seq != seq || res.Err != nil {
			t.Errorf("%+v", res)
		}
	}
	r.sync() // the mark of the stall is gone before anything is published
	if err := r.Submit(time.Now().Add(2*time.Minute), []Send{single("a", "b", "3")}); err != nil {
		t.Error("after the stall:", err)
	}
}

// Drain answers what came before it and refuses sends after it; connections can
// still leave. Stop answers everything that was taken in.
func TestDrainAndStop(t *testing.T) {
	for _, drain := range []bool{true, false} {
		fs := vfs.NewMem()
		r := start(t, fs, nil)
		var mu sync.Mutex
		answered, refused, taken := 0, 0, 0
		var wg sync.WaitGroup
		for s := range 4 {
			wg.Go(func() {
				for i := 0; ; i++ {
					m := single(fmt.Sprint("u", s), "x", fmt.Sprint(i))
					m.Done = func(Result) { mu.Lock(); answered++; mu.Unlock() }
					err := r.Submit(time.Now(), []Send{m})
					mu.Lock()
					switch {
					case err == nil:
						taken++
					case errors.Is(err, ErrShuttingDown):
						refused++
						mu.Unlock()
						return
					case !errors.Is(err, ErrBusy): // which it is where the disk is slow
						t.Error(err)
					}
					mu.Unlock()
				}
			})
		}
		r.sync()
		if drain {
			_ = r.Drain(t.Context())
			wg.Wait()
			if answered != taken {
				t.Errorf("drained: %d answers of %d", answered, taken)
			}
			r.attach(delivery.Conn{Serial: 1}, "a", "d", true)
			r.Detach(delivery.Conn{Serial: 1}, "a", nil)
		}
		r.stop()
		wg.Wait()
		if answered != taken || refused != 4 {
			t.Errorf("stopped: %d answers of %d, %d refused", answered, taken, refused)
		}
		if err := r.Do(func(*Tx) error { return nil }); !errors.Is(err, ErrShuttingDown) {
			t.Error(err)
		}
		_ = r.Drain(t.Context())
		if err := r.Submit(time.Now(), []Send{single("a", "b", "1")}); !errors.Is(err, ErrShuttingDown) {
			t.Error(err)
		}
	}
}
