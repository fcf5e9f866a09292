package webhook

import (
	"encoding/json"
	"fmt"
	"strconv"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// appendEvent appends one event. Its data is one JSON object.
func appendEvent(dst []byte, id, event string, at int64, data []byte) []byte {
	head := wire.Extra(nil).Text("id", id).Text("type", event).Uint("time", uint64(max(at, 0)))
	dst = append(append(append(dst, '{'), head...), `,"data":`...)
	return append(append(dst, data...), '}')
}

// typeOf is the event that an entry of the log makes, besides message.offline.
func typeOf(e *chat.Logged) string {
	if !e.Event {
		return eventCreated
	}
	switch e.Type {
	case wire.EventEdit:
		return "message.edited"
	case wire.EventRecall:
		return "message.recalled"
	case wire.EventReaction:
		return "message.reaction"
	}
	var v struct{ Event string }
	if err := json.Unmarshal(append(append([]byte{'{'}, e.Extra...), '}'), &v); err != nil || v.Event == "" {
		return e.Type
	}
	return e.Type + "." + v.Event
}

// entryData is the object that a history shows, with more members.
func entryData(e *chat.Logged) []byte {
	extra := wire.Extra(nil).Text("kind", wire.Kind(e.Kind).String())
	if e.Kind == sequencer.Group {
		extra = extra.Uint("members", uint64(e.Members))
	}
	if e.Staff {
		extra = extra.Bool("staff", true)
	}
	data := append(append(e.JSON[:len(e.JSON)-1:len(e.JSON)-1], ','), extra...)
	if len(e.About) > 0 {
		data = append(append(data, `,"message":`...), e.About...)
	}
	return append(data, '}')
}

func entryID(e *chat.Logged) string { return strconv.FormatUint(e.ID, 10) }

// offlineChunk is how many users one message.offline names.
const offlineChunk = 500

// offlineID names the n-th message.offline of an entry, from 0 on.
func offlineID(e *chat.Logged, n int) string {
	if n == 0 {
		return entryID(e) + ".offline"
	}
	return fmt.Sprintf("%d.offline-%d", e.ID, n+1)
}

// offlineData says who has no connection to get a message.
func offlineData(e *chat.Logged, users []chat.Away) []byte {
	data := append(append([]byte(`{"message":`), entryData(e)...), `,"users":[`...)
	for i, u := range users {
		if i > 0 {
			data = append(data, ',')
		}
		extra := wire.Extra(nil).Text("user_id", u.User).Uint("unread", u.Unread)
		if u.Mentioned {
			extra = extra.Bool("mentioned", true)
		}
		data = append(append(append(data, '{'), extra...), '}')
	}
	return append(data, "]}"...)
}

// changeEvent is the event that a change of presence makes.
func changeEvent(p *storage.WebhookPresence) string {
	return [...]string{
		storage.WebhookOffline: eventGone, storage.WebhookOnline: eventOnline, storage.WebhookStarted: eventStarted,
	}[p.State]
}

func changeData(p *storage.WebhookPresence) []byte {
	if p.State == storage.WebhookStarted {
		return []byte("{}")
	}
	return append(append([]byte{'{'}, wire.Extra(nil).Text("user_id", p.User)...), '}')
}

func changeID(p *storage.WebhookPresence) string { return "p" + strconv.FormatUint(p.Number, 10) }
