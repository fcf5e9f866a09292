package reactor

import (
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"gannet/engine/internal/delivery"
)

// Reactors are the event loops of one server and all their connections.
type Reactors struct {
	cfg   Config
	loops []*loop
	addr  net.Addr
	start time.Time
	limit int64 // of sockets, without overflow

	addresses *addresses
	logins    logins

	clock    atomic.Int64 // time.Duration since start, moved on by keepTime
	sockets  atomic.Int64 // admitted and not yet closed
	held     atomic.Int64 // bytes that wait to be read, of all connections
	stopping atomic.Bool  // no new connections
	closed   atomic.Bool  // Close was called
	halting  atomic.Bool  // the loops are to end

	failed   chan error
	timeless chan struct{} // closed to end keepTime
	noTime   chan struct{} // closed when it has ended
}

// Start starts the reactors and returns when all of them listen.
func Start(cfg Config, h Handler) (*Reactors, error) {
	cfg = cfg.withDefaults()
	r := &Reactors{
		cfg: cfg, start: time.Now(), addresses: newAddresses(cfg.MaxPerAddress),
		failed:   make(chan error, cfg.Reactors),
		timeless: make(chan struct{}), noTime: make(chan struct{}),
	}
	r.logins.set(cfg.MaxLogins)
	var err error
	if r.limit, err = connectionLimit(cfg); err != nil {
		return nil, err
	}
	place, err := reserve(cfg.Addr)
	if err != nil {
		return nil, err
	}
	defer place.release()
	r.addr = place.addr
	for i := range cfg.Reactors {
		r.loops = append(r.loops, newLoop(r, i, cfg, h))
	}
	if err := r.run(place.addr.String()); err != nil {
		return nil, err
	}
	return r, nil
}

// run starts the loops one after another, or none.
func (r *Reactors) run(addr string) error {
	for i, l := range r.loops {
		if err := l.run(addr); err != nil {
			r.halt(r.loops[:i])
			return err
		}
	}
	go r.keepTime()
	return nil
}

// keepTime is the goroutine that moves the coarse clock on and tells the loops.
func (r *Reactors) keepTime() {
	defer close(r.noTime)
	ticker := time.NewTicker(r.cfg.clockStep())
	defer ticker.Stop()
	for {
		select {
		case <-r.timeless:
			return
		case <-ticker.C:
		}
		r.clock.Store(int64(time.Since(r.start)))
		for _, l := range r.loops {
			l.due.Store(true)
			l.inbox.ring()
		}
	}
}

// ended is called when a loop's gnet engine has ended. Unasked that is fatal,
// also without an error: gnet ends so when it runs out of descriptors.
func (r *Reactors) ended(l *loop) {
	if r.halting.Load() {
		return
	}
	err := l.boot.err
	if err == nil {
		err = errors.New("the event loop ended")
	}
	select {
	case r.failed <- fmt.Errorf("reactor %d: %w", l.index, err):
	default:
	}
}

// Failed reports a reactor that ended without having been asked to. The server
// can't go on then.
func (r *Reactors) Failed() <-chan error { return r.failed }

// Addr is where the reactors listen.
func (r *Reactors) Addr() net.Addr { return r.addr }

// Len is the number of reactors.
func (r *Reactors) Len() int { return len(r.loops) }

// Post has a reactor carry out posts, in order, after all that was posted to
// it before. Any goroutine may call it. The slice is copied; what it points to
// must not change any more. Posts to reactors that have ended are dropped.
func (r *Reactors) Post(reactor int, posts []delivery.Post) {
	if len(posts) > 0 {
		r.loops[reactor].inbox.post(posts)
	}
}

// Do runs fn on a reactor's loop, in one order with its posts. It reports
// false, and fn never runs, if the reactor has ended; fn must not block.
func (r *Reactors) Do(reactor int, fn func()) bool {
	return r.loops[reactor].inbox.do(fn)
}

// DoConn runs fn on the loop of a connection, unless it is gone by then.
func (r *Reactors) DoConn(id delivery.Conn, fn func(c *Conn)) {
	l := r.loops[id.Reactor]
	l.inbox.do(func() {
		if c := l.conns[id.Serial]; c != nil {
			fn(c)
		}
	})
}

// Crowded reports whether so much waits to be read in all connections together
// that each should be given only a little at a time.
func (r *Reactors) Crowded() bool { return r.held.Load() > maxHeld }

// Backlogged reports whether a reactor has so much queued for its rooms, or so
// much in its inbox, that no more should be sent for a while.
func (r *Reactors) Backlogged() bool {
	for _, l := range r.loops {
		if l.count.fanOutBytes.Load() > maxFanOutBytes || l.inbox.length.Load() > maxInbox {
			return true
		}
	}
	return false
}
