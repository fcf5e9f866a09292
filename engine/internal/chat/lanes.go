package chat

import (
	"context"
	"sync"

	"gannet/engine/internal/sequencer"
)

// Bounds of what waits for the hook.
const (
	maxHeld       = 16 << 10 // messages and edits
	maxHeldBytes  = 64 << 20 // of their contents
	maxHeldOfUser = 1 << 10
)

// held is a message or an edit that waits for the hook.
type held interface {
	size() int // of its content
	// pass asks the hook and hands over what it lets through, or says to the sender
	// that it doesn't. Once ctx has ended it says that the server stops.
	pass(ctx context.Context)
}

// lanes keep what waits for the hook in order: what one user sends stands in one
// lane, of which only the first is asked about. A worker takes one item of a lane
// and puts the lane behind all others that have something, so that one who sends a
// lot holds nobody up. Workers end when nothing waits.
type lanes struct {
	workers int // at most
	ctx     context.Context
	cancel  context.CancelFunc

	mu     sync.Mutex
	of     map[string]*lane
	ready  []*lane // that have something, and no worker
	busy   int     // workers
	items  int
	bytes  int
	closed bool
	idle   sync.WaitGroup // of workers
}

type lane struct {
	user  string
	items []queued
}

// queued is an item with the room that it takes up, which stays the same when the
// hook makes the item longer or shorter.
type queued struct {
	held
	bytes int
}

func newLanes(workers int) *lanes {
	l := &lanes{workers: workers, of: make(map[string]*lane)}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// empty reports whether nothing of a user waits or is being asked about.
func (l *lanes) empty(user string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.of[user] == nil
}

// put puts an item behind what the user sent before, or says why it can't.
func (l *lanes) put(user string, item held) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, size := l.of[user], item.size()
	switch {
	case l.closed:
		return sequencer.ErrShuttingDown
	case l.items >= maxHeld, l.bytes > 0 && l.bytes+size > maxHeldBytes:
		return sequencer.ErrBusy
	case at != nil && len(at.items) >= maxHeldOfUser:
		return sequencer.ErrBusy
	case at == nil:
		at = &lane{user: user}
		l.of[user] = at
		l.ready = append(l.ready, at)
		l.work()
	}
	at.items = append(at.items, queued{item, size})
	l.items++
	l.bytes += size
	return nil
}

// work starts a worker if one more may run.
func (l *lanes) work() {
	if l.busy < l.workers {
		l.busy++
		l.idle.Go(l.run)
	}
}

func (l *lanes) run() {
	for {
		at, item := l.take()
		if at == nil {
			return
		}
		item.pass(l.ctx)
		l.done(at)
	}
}

// take returns the first item of the lane whose turn it is; it stays in its place
// until it is done. Where there is none the worker has to end.
func (l *lanes) take() (*lane, held) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ready) == 0 {
		l.busy--
		return nil, nil
	}
	at := l.ready[0]
	l.ready[0] = nil
	l.ready = l.ready[1:]
	return at, at.items[0].held
}

// done removes the first item of a lane.
func (l *lanes) done(at *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items--
	l.bytes -= at.items[0].bytes
	at.items[0] = queued{}
	if at.items = at.items[1:]; len(at.items) > 0 {
		l.ready = append(l.ready, at)
		return
	}
	delete(l.of, at.user)
}

// waiting is how many items wait or are being asked about.
func (l *lanes) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.items
}

// close takes nothing more in and returns when nothing waits. What is left when ctx
// ends is told that the server stops.
func (l *lanes) close(ctx context.Context) {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	stop := context.AfterFunc(ctx, l.cancel)
	defer stop()
	l.idle.Wait()
	l.cancel()
}
