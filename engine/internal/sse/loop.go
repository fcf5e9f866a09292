package sse

import (
	"sync/atomic"
	"time"

	"gannet/codec"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
)

// session is what the loop calls of a [chat.Session].
type session interface {
	Joined(point uint64)
	Deliver(run *delivery.Run)
	Tick(now time.Time)
	Leaving()
}

// beginner makes the session of a new stream, as Config.Open does.
type beginner func(c chat.Conn, login chat.Login, resume uint64) (session, error)

// loop is the goroutine that all streams belong to, and what it owns.
type loop struct {
	// set before the loop starts
	cfg   Config
	begin beginner
	done  chan struct{} // closed when the loop has ended

	// safe for all goroutines
	inbox  inbox
	events atomic.Uint64 // only the loop writes it
	slow   atomic.Uint64 // the same

	// owned by the loop, not thread-safe
	serial  uint64             // of the youngest stream
	streams map[uint64]*stream // open ones, by serial
	users   table[string]      // joined streams
	rooms   table[uint64]      // streams by the rooms that they are in
	batch   []entry            // taken from the inbox
	touched []*stream          // that something was queued for in this turn
}

func newLoop(cfg Config, begin beginner) *loop {
	return &loop{
		cfg: cfg, begin: begin, done: make(chan struct{}),
		inbox:   inbox{bell: make(chan struct{}, 1)},
		streams: make(map[uint64]*stream),
		users:   make(table[string]),
		rooms:   make(table[uint64]),
	}
}

// run is the loop goroutine.
func (l *loop) run() {
	defer close(l.done)
	ticker := time.NewTicker(l.cfg.TickEvery)
	defer ticker.Stop()
	for {
		select {
		case <-l.inbox.bell:
			if !l.work() {
				return
			}
		case now := <-ticker.C:
			l.tick(now)
		}
	}
}

// work carries out what is in the inbox and reports whether more can come.
func (l *loop) work() bool {
	batch, closed := l.inbox.take(l.batch)
	for i := range batch {
		l.turn(&batch[i])
		l.inbox.length.Add(-batch[i].size())
	}
	clear(batch)
	l.batch = batch
	return !closed
}

func (l *loop) turn(e *entry) {
	if e.do != nil {
		e.do()
	}
	for i := range e.posts {
		l.carry(&e.posts[i])
	}
	l.endTurn(e.point)
	for i := range e.posts {
		if run := e.posts[i].Run; run != nil && run.Trip != nil {
			run.Trip.Done()
		}
	}
}

// endTurn hands over what was queued. The streams that got something have all of
// the log up to the point now, unless it is 0.
func (l *loop) endTurn(point uint64) {
	for i := 0; i < len(l.touched); i++ {
		s := l.touched[i]
		s.endTurn(point)
		s.touched = false
	}
	clear(l.touched)
	l.touched = l.touched[:0]
}

func (l *loop) tick(now time.Time) {
	for _, s := range l.streams {
		s.session.Tick(now)
	}
	l.endTurn(0)
}

// carry does what one post says.
func (l *loop) carry(p *delivery.Post) {
	switch p.Kind {
	case delivery.ToConn:
		if s := l.streams[p.Serial]; s != nil {
			s.Send(p.Frame)
		}
	case delivery.ToUser:
		l.eachMeant(p, func(s *stream) { s.session.Deliver(p.Run) })
	case delivery.ToRoom:
		for s := range l.rooms[p.Room] {
			s.deliver(p.Room, p.Run)
		}
	case delivery.NotifyUser:
		l.eachMeant(p, func(s *stream) { s.notify(p) })
	case delivery.NotifyRoom:
		for s := range l.rooms[p.Room] {
			s.notify(p)
		}
	case delivery.Enter:
		l.eachMeant(p, func(s *stream) { s.enter(p.Room, p.From) })
	case delivery.Leave:
		for s := range l.users[p.User] {
			s.leave(p.Room)
		}
	case delivery.Join:
		l.join(p)
	}
}

// eachMeant calls fn for every joined stream that a post to its user is for.
func (l *loop) eachMeant(p *delivery.Post, fn func(s *stream)) {
	for s := range l.users[p.User] {
		if p.Visitor || !s.visitor {
			fn(s)
		}
	}
}

// join puts a stream into the tables. One that is in them is told again where in
// the log it stands.
func (l *loop) join(p *delivery.Post) {
	s := l.streams[p.Serial]
	if s == nil {
		return
	}
	s.visitor = p.Visitor
	l.users.add(s.user, s)
	for _, r := range p.Rooms {
		s.enter(r.Conv, r.From)
	}
	s.session.Joined(p.Point)
}

// open makes a stream and its session.
func (l *loop) open(login chat.Login, resume uint64) (*stream, error) {
	l.serial++
	s := newStream(l, l.serial, login.User)
	ss, err := l.begin(s, login, resume)
	if err != nil {
		return nil, err
	}
	s.session = ss
	l.streams[s.serial] = s
	return s, nil
}

// closeAll tells every stream the frame that it is given (nil: none) and closes it.
func (l *loop) closeAll(frame func() []byte) {
	for _, s := range l.streams {
		if frame != nil {
			s.takeLeave()
			s.Send(frame())
		}
		s.Close(codec.CloseRestart, "shutting down")
	}
}
