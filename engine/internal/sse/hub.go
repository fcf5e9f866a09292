package sse

import (
	"log/slog"
	"slices"
	"time"

	"gannet/engine/internal/chat"
	"gannet/engine/internal/delivery"
)

// Config says what a Hub is a part of. All fields must be set.
type Config struct {
	Index       int           // of the hub among the reactors
	MaxOutbound int           // bytes of a stream that may wait for its reader
	MaxStreams  int           // at a time
	TickEvery   time.Duration // how often Session.Tick comes for a stream

	// Open makes the session of a new stream. Resume is the id up to which the
	// client has everything, 0 if it didn't say. It is called on the hub's loop,
	// must not block and must not close c. An error that is a *wire.Error is what
	// the client is told; any other is taken for the server's being shut down.
	Open func(c chat.Conn, login chat.Login, resume uint64) (*chat.Session, error)

	// Durable is the id of the last message on disk. Any goroutine may call it.
	Durable func() uint64

	// Welcome is the first message of a stream, JSON. It is called on the
	// goroutine of the stream's request.
	Welcome func(user, device string) []byte

	Logger *slog.Logger
}

// Hub is all event streams of one server. Any goroutine may call its methods.
type Hub struct {
	cfg      Config
	loop     *loop
	register *register
}

// New starts a hub, which Close ends.
func New(cfg Config) *Hub {
	return newHub(cfg, func(c chat.Conn, login chat.Login, resume uint64) (session, error) {
		ss, err := cfg.Open(c, login, resume)
		if err != nil {
			return nil, err
		}
		return ss, nil
	})
}

func newHub(cfg Config, begin beginner) *Hub {
	h := &Hub{cfg: cfg, loop: newLoop(cfg, begin), register: newRegister(cfg.MaxStreams)}
	go h.loop.run()
	return h
}

// firstID stands in an event for an empty log. It is below every message's id,
// and 0 is no id at all.
const firstID = 1

// Post has the hub carry out posts, in order, after all that was posted to it
// before. The slice is copied; what it points to must not change any more.
//
// Only the log's writer may call it, with all posts of a batch at once and after
// Config.Durable has come to the batch's end: that is what makes ids true.
func (h *Hub) Post(posts []delivery.Post) {
	if len(posts) > 0 {
		h.loop.inbox.put(entry{posts: slices.Clone(posts), point: max(firstID, h.cfg.Durable())})
	}
}

// Do runs fn with the session of a stream on the hub's loop, in one order with
// the posts, unless the stream is gone by then. Conn must be one of the hub's.
func (h *Hub) Do(conn delivery.Conn, fn func(*chat.Session)) {
	h.do(conn, func(s *stream) {
		if ss, ok := s.session.(*chat.Session); ok {
			fn(ss)
		}
	})
}

// DoConn is Do with the stream itself.
func (h *Hub) DoConn(conn delivery.Conn, fn func(chat.Conn)) {
	h.do(conn, func(s *stream) { fn(s) })
}

func (h *Hub) do(conn delivery.Conn, fn func(*stream)) {
	h.loop.inbox.put(entry{do: func() {
		if s := h.loop.streams[conn.Serial]; s != nil {
			fn(s)
		}
	}})
}

// Backlogged reports whether so much waits to be carried out that no more should
// be sent for a while.
func (h *Hub) Backlogged() bool { return h.loop.inbox.length.Load() > maxInbox }

// Stats are figures for the metrics. Events and Slow only grow.
type Stats struct {
	Streams int    // requests that are being served
	Inbox   int64  // posts and functions not yet carried out
	Events  uint64 // messages sent
	Slow    uint64 // streams closed for not reading
}

// Stats reads the figures.
func (h *Hub) Stats() Stats {
	return Stats{
		Streams: h.register.len(),
		Inbox:   h.loop.inbox.length.Load(),
		Events:  h.loop.events.Load(),
		Slow:    h.loop.slow.Load(),
	}
}
