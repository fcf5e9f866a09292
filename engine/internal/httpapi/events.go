package httpapi

import (
	"crypto/rand"
	"net/http"
	"time"

	"gannet/codec/wire"
)

func eventRoutes() []route {
	return []route{{
		method: "GET", path: "/api/v1/events", do: events, visitors: true, urlToken: true,
		about: about{
			id: "streamEvents", tag: tagServer, summary: "Hear what happens, as server-sent events",
			text: "Each event's data is a message of the WebSocket protocol. A client that reconnects with Last-Event-ID " +
				"gets what it missed. EventSource can't set headers, so the token may be in the URL here.",
			params: list(eventParams{}),
			stream: "text/event-stream",
		},
	}}
}

type eventParams struct {
	Token       string `query:"token" doc:"a login, where there is no Authorization header"`
	Device      string `query:"device" maxLength:"64" doc:"a newer stream or connection of the same device replaces this one"`
	LastEventID string `header:"Last-Event-ID" doc:"the id of the last event that was received: everything after it is sent"`
	LastEvent   string `query:"last_event_id" doc:"the same, where there is no header"`
}

// events hands the request over to whoever serves the stream.
func events(s *Server, x *exchange) *wire.Error {
	if s.events == nil {
		return errNoPath
	}
	device := x.query.text("device")
	if device == "" {
		device = rand.Text()[:12]
	}
	if err := checkUserID("device", device); err != nil {
		return err
	}
	login := Login{User: x.user, Device: device, Role: x.role, Token: x.token}
	x.stream = func(w http.ResponseWriter, r *http.Request) {
		// The time limit of reading a request would end the stream: net/http goes on
		// reading to learn of the client's leaving.
		if err := http.NewResponseController(w).SetReadDeadline(time.Time{}); err != nil {
			s.logger.Debug("a stream keeps its read deadline", "error", err)
		}
		s.events.Serve(w, r, login)
	}
	return nil
}
