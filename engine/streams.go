package engine

import (
	"net/http"

	"gannet/engine/internal/chat"
	"gannet/engine/internal/door"
	"gannet/engine/internal/httpapi"
	"gannet/engine/internal/sse"
)

// openStreams makes what serves server-sent events. Streams are HTTP
// connections: some of those are left for everything else.
func (e *Engine) openStreams() {
	e.streams = sse.New(sse.Config{
		Index:       e.reactors.Len(),
		MaxOutbound: e.cfg.Limits.OutboundBytes,
		MaxStreams:  e.files.http * 3 / 4,
		TickEvery:   e.cfg.Delivery.RetryCheck,
		Open: func(c chat.Conn, login chat.Login, resume uint64) (*chat.Session, error) {
			login.Resume = resume
			return e.chat.Open(c, login, e.door.Replaced)
		},
		Durable: e.seq.Durable,
		Welcome: e.door.Welcome,
		Logger:  e.logger,
	})
	e.door.Streams = e.streams
}

// events serves streams to the HTTP API.
type events struct{ hub *sse.Hub }

// Serve implements [httpapi.Events].
func (s events) Serve(w http.ResponseWriter, r *http.Request, login httpapi.Login) {
	l := chat.Login{User: login.User, Device: login.Device, Role: login.Role.String()}
	if login.Token.User != "" {
		l.Token = door.TokenOf(login.Token)
	}
	if refused := s.hub.Serve(w, r, l); refused != nil {
		httpapi.Refuse(w, refused)
	}
}
