package chat

import (
	"sync"

	"gannet/engine/internal/delivery"
)

// loop stands in for a reactor: one goroutine that runs functions in order and
// carries posts out.
type loop struct {
	index int

	mu     sync.Mutex
	queue  []func()
	closed bool
	bell   chan struct{}
	done   chan struct{}

	// owned by the goroutine
	serial uint64
	conns  map[uint64]*conn
}

func newLoop(index int) *loop {
	l := &loop{
		index: index, bell: make(chan struct{}, 1), done: make(chan struct{}),
		conns: map[uint64]*conn{},
	}
	go l.run()
	return l
}

func (l *loop) put(fn func()) {
	l.mu.Lock()
	if !l.closed {
		l.queue = append(l.queue, fn)
	}
	l.mu.Unlock()
	l.ring()
}

func (l *loop) ring() {
	select {
	case l.bell <- struct{}{}:
	default:
	}
}

// wait runs fn on the loop and returns when it has run.
func (l *loop) wait(fn func()) {
	done := make(chan struct{})
	l.put(func() { fn(); close(done) })
	<-done
}

func (l *loop) run() {
	defer close(l.done)
	for range l.bell {
		for {
			l.mu.Lock()
			queue, closed := l.queue, l.closed
			l.queue = nil
			l.mu.Unlock()
			for _, fn := range queue {
				fn()
			}
			if len(queue) == 0 {
				if closed {
					return
				}
				break
			}
		}
	}
}

func (l *loop) stop() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.ring()
	<-l.done
}

func (l *loop) carry(p *delivery.Post) {
	switch p.Kind {
	case delivery.ToConn:
		if c := l.conns[p.Serial]; c != nil {
			c.Send(p.Frame)
		}
	case delivery.ToUser:
		l.each(p, func(c *conn) { c.session.Deliver(p.Run) })
	case delivery.NotifyUser:
		l.each(p, func(c *conn) { c.notify(p) })
	case delivery.ToRoom, delivery.NotifyRoom:
		for _, c := range l.conns {
			if at, in := c.rooms[p.Room]; in {
				c.toRoom(p, at)
			}
		}
	case delivery.Enter:
		l.each(p, func(c *conn) { c.enter(p.Room, p.From) })
	case delivery.Leave:
		l.each(p, func(c *conn) { delete(c.rooms, p.Room) })
	case delivery.Join:
		if c := l.conns[p.Serial]; c != nil {
			c.joined, c.visitor = true, p.Visitor
			for _, r := range p.Rooms {
				c.enter(r.Conv, r.From)
			}
			c.session.Joined(p.Point)
		}
	}
}

func (l *loop) each(p *delivery.Post, fn func(*conn)) {
	for _, c := range l.conns {
		if c.joined && c.session.User() == p.User && (p.Visitor || !c.visitor || p.Kind == delivery.Leave) {
			fn(c)
		}
	}
}
