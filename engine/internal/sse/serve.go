package sse

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
)

var (
	errLastID       = wire.NewError(wire.ReasonBadRequest, "Last-Event-ID must be the id of an event")
	errBusy         = wire.NewSpread(wire.ReasonBusy, "too many event streams", 5*time.Second)
	errShuttingDown = wire.NewSpread(wire.ReasonShuttingDown, "the server is shutting down", 2*time.Second)
	errInternal     = wire.NewError(wire.ReasonInternal, "this connection can't be streamed to")
)

// Serve answers a request of the user who was let in with a stream of events, and
// returns when the client has gone, the session has closed the stream or the hub
// is closed. A client that says by the header Last-Event-ID, or the parameter
// last_event_id, up to which id it has everything gets all that is above it.
//
// Where there is no stream, nothing was written to w, and the error is what the
// caller is to answer.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, login chat.Login) *wire.Error {
	resume, err := lastID(r)
	if err != nil {
		return err
	}
	if r.Method == http.MethodHead {
		setHeader(w.Header())
		return nil
	}
	p := newWriter(w)
	if !p.extend() {
		return errInternal
	}
	if err := h.register.enter(p); err != nil {
		return err
	}
	defer h.register.leave(p)
	s, err := h.attach(login, resume)
	if err != nil {
		return err
	}
	defer h.loop.inbox.put(entry{do: s.gone})
	setHeader(w.Header())
	if p.begin(h.cfg.Welcome(login.User, login.Device)) {
		p.run(r.Context(), s.outbox)
	}
	return nil
}

// attach has the loop open a stream.
func (h *Hub) attach(login chat.Login, resume uint64) (s *stream, refusal *wire.Error) {
	login.Tracked = false // nobody could acknowledge
	var err error
	done := make(chan struct{})
	if !h.loop.inbox.put(entry{do: func() {
		s, err = h.loop.open(login, resume)
		close(done)
	}}) {
		return nil, errShuttingDown.Pick()
	}
	<-done
	switch {
	case err == nil:
		return s, nil
	case errors.As(err, &refusal):
		return nil, refusal
	}
	h.cfg.Logger.Warn("opening an event stream", "user", login.User, "err", err)
	return nil, errShuttingDown.Pick()
}

// lastID is the id up to which a client says that it has everything, 0 if it
// doesn't say. The header is newer than the address, which a browser keeps when
// it comes back. A client that saw no message asks for all there are.
func lastID(r *http.Request) (uint64, *wire.Error) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("last_event_id")
	}
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, errLastID
	}
	return max(firstID, id), nil
}

func setHeader(h http.Header) {
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx is to pass on what comes when it comes
}
