package reactor

import (
	"time"

	"gannet/codec"
	"gannet/engine/internal/delivery"
)

// Handler is told what happens to connections. Every method runs on the loop
// that owns c and must not block.
type Handler interface {
	// Open says that a well-formed upgrade request has arrived. The handler
	// answers with [Conn.Accept] or [Conn.Reject], now or later through
	// [Reactors.DoConn]; until then what the client sends waits.
	Open(c *Conn, req *codec.Request)

	// Message hands over one text or binary message. The payload is the
	// handler's until Message returns.
	Message(c *Conn, payload []byte)

	// TurnEnd says that all messages of one read were handed over.
	TurnEnd(c *Conn)

	// Deliver hands over a run that the reactor doesn't send by itself: one to
	// c's user, or one to a room while c is watched. At least one of its frames
	// is above c's place in the room; leaving out what c has already, and what
	// c itself sent, is up to the handler ([Conn.SendRun] does it).
	Deliver(c *Conn, run *delivery.Run)

	// Joined says that c has joined: from here on runs arrive. Point is that
	// of the Join post.
	Joined(c *Conn, point uint64)

	// Tick comes every Config.TickEvery for each accepted connection.
	Tick(c *Conn, now time.Time)

	// Leaving says that c is about to be taken out of the tables: its rooms can
	// be looked at for the last time. It comes once for each accepted connection.
	Leaving(c *Conn)

	// Closed is the last call for a c for which Open was called. It is in no
	// table any more and its socket is gone.
	Closed(c *Conn)
}
