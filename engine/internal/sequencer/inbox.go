package sequencer

import (
	"sync"
	"time"
)

// Bounds of the inbox: what may wait before Submit says ErrBusy, and Move where
// it is commands.
const (
	maxWaitingMessages = 64 << 10
	maxWaitingBytes    = 64 << 20
	maxWaitingCommands = 64 << 10
)

// item is one entry of the inbox: the sends of one turn, or one command.
type item struct {
	sends   []Send
	bytes   int // of their contents
	arrived time.Time
	do      func(*Tx)
	spare   bool // a command that can be done without: refused where too many wait
}

// inbox is the bounded FIFO between everybody and the sequencer goroutine.
// Commands (joins, membership) are not refused for load: they are what
// connections that were let in need to work and to leave. Cursors are: a client
// that is sent something again knows it by its id.
type inbox struct {
	mu       sync.Mutex
	items    []item
	spare    []item
	messages int
	bytes    int
	commands int
	refusing bool // sends; commands still come in
	closed   bool
	bell     chan struct{} // capacity 1
}

func newInbox() *inbox { return &inbox{bell: make(chan struct{}, 1)} }

func (b *inbox) put(it item) error {
	b.mu.Lock()
	switch {
	case b.closed, b.refusing && it.do == nil:
		b.mu.Unlock()
		return ErrShuttingDown
	case it.do == nil && b.messages > 0 && (b.messages+len(it.sends) > maxWaitingMessages || b.bytes+it.bytes > maxWaitingBytes):
		b.mu.Unlock()
		return ErrBusy
	case it.spare && b.commands > maxWaitingCommands:
		b.mu.Unlock()
		return ErrBusy
	}
	if it.do != nil {
		b.commands++
	}
	b.items = append(b.items, it)
	b.messages += len(it.sends)
	b.bytes += it.bytes
	b.mu.Unlock()
	b.ring()
	return nil
}

// ring wakes the sequencer goroutine; a bell that was rung stays rung.
func (b *inbox) ring() {
	select {
	case b.bell <- struct{}{}:
	default:
	}
}

// take returns what has come since the last take; it is valid until the next.
func (b *inbox) take() (items []item, closed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.spare) // lets go of what the last take returned
	items, b.items = b.items, b.spare[:0]
	b.spare = items
	b.messages, b.bytes, b.commands = 0, 0, 0
	return items, b.closed
}

func (b *inbox) refuse() {
	b.mu.Lock()
	b.refusing = true
	b.mu.Unlock()
}

func (b *inbox) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.ring()
}

func (b *inbox) waitingCommands() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.commands
}

func (b *inbox) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.messages
}
