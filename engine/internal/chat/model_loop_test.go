package chat_test

import (
	"encoding/json"

	"gannet/codec"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
)

// modelLoop stands in for a reactor: one goroutine that runs functions in order.
type modelLoop struct {
	queue chan func()
	done  chan struct{}

	// Owned by the goroutine.
	conn    *modelConn // the one that is open
	serials uint64
}

func newModelLoop() *modelLoop {
	l := &modelLoop{queue: make(chan func(), 1<<12), done: make(chan struct{})}
	go func() {
		defer close(l.done)
		for fn := range l.queue {
			fn()
		}
	}()
	return l
}

// stop returns when all that came before has run. Nothing may come after it.
func (l *modelLoop) stop() {
	close(l.queue)
	<-l.done
}

// wait runs fn on the loop.
func (l *modelLoop) wait(fn func()) {
	ran := make(chan struct{})
	l.queue <- func() { fn(); close(ran) }
	<-ran
}

// Do implements [chat.Loops].
func (l *modelLoop) Do(id delivery.Conn, fn func(*chat.Session)) {
	l.queue <- func() {
		if c := l.conn; c != nil && c.id == id {
			fn(c.session)
		}
	}
}

// carry lets a connection join; what is pushed is for other tests.
func (l *modelLoop) carry(posts []delivery.Post) {
	for _, p := range posts {
		if p.Kind == delivery.Join {
			l.queue <- func() { l.join(&p) }
		}
	}
}

func (l *modelLoop) join(p *delivery.Post) {
	if c := l.conn; c != nil && c.id.Serial == p.Serial {
		c.rooms = append(c.rooms, p.Rooms...)
		c.session.Joined(p.Point)
	}
}

// modelConn is a connection and what it was sent. It belongs to its loop.
type modelConn struct {
	id      delivery.Conn
	session *chat.Session
	rooms   []delivery.Room
	reader  *codec.Reader
	got     []map[string]any
	wrong   error
}

// ID and the methods below implement [chat.Conn].
func (c *modelConn) ID() delivery.Conn { return c.id }

// Send takes frames apart.
func (c *modelConn) Send(frames []byte) {
	for frames = append([]byte(nil), frames...); len(frames) > 0 && c.wrong == nil; {
		msg, n, err := c.reader.Next(frames)
		if err != nil {
			c.wrong = err
			return
		}
		var o map[string]any
		c.wrong = json.Unmarshal(msg.Payload, &o)
		c.got, frames = append(c.got, o), frames[n:]
	}
}

// SendParts sends one frame.
func (c *modelConn) SendParts(head, older, newer, tail []byte) {
	for _, part := range [][]byte{older, newer, tail} {
		head = append(head[:len(head):len(head)], part...)
	}
	c.Send(head)
}

// SendRun sends nothing: nothing is written while a connection is open.
func (c *modelConn) SendRun(*delivery.Run, uint64) int { return 0 }

// SetWatched has no meaning where nothing is pushed.
func (c *modelConn) SetWatched(bool) {}

// Pending is what waits to be sent: nothing.
func (c *modelConn) Pending() int { return 0 }

// EachRoom tells of the rooms that were entered on joining.
func (c *modelConn) EachRoom(fn func(conv, at uint64)) {
	for _, r := range c.rooms {
		fn(r.Conv, r.From)
	}
}

// Close is what a session does to a client that it can't serve.
func (c *modelConn) Close(code uint16, reason string) {
	if c.wrong == nil {
		c.wrong = &codec.CloseError{Code: code, Reason: reason}
	}
}
