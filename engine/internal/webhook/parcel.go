package webhook

import (
	"crypto/rand"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/chat"
	"gannet/storage"
)

// maxParcelBytes is when a request has enough, however few its events are. It
// holds one event more than fits.
const maxParcelBytes = 1 << 20

// parcel is what one request brings: the events of some sources.
type parcel struct {
	events      []byte // JSON, with commas between them
	count       int    // of events
	first, last string // their ids
	sources     []source

	entries  uint64 // of the log that it passes, also those that make no event
	log      uint64 // the cursor moves here
	presence uint64
	oldest   int64    // time of the first source, Unix milliseconds
	again    []uint64 // numbers of the dead letters that it brings; none: it moves the cursor
}

// source is an entry or a change of presence that makes events.
type source struct {
	entry  uint64 // id; 0: change
	change storage.WebhookPresence
	event  string // the type of its first event
}

// packer fills a parcel for one endpoint.
type packer struct {
	parcel
	c      *courier
	away   *chat.Absence
	most   int   // sources
	failed error // of finding out who is away
}

func (c *courier) packer(most int) *packer {
	p := &packer{c: c, most: most}
	p.log, p.presence = c.cursor.Log, c.cursor.Presence
	return p
}

// full reports whether the parcel has enough.
func (p *packer) full() bool {
	return p.count >= int(p.c.rec.MaxBatch) || len(p.sources) >= p.most || len(p.events) >= maxParcelBytes || p.failed != nil
}

// add puts an event in.
func (p *packer) add(id, event string, at int64, data []byte) {
	if p.count > 0 {
		p.events = append(p.events, ',')
	} else {
		p.first, p.oldest = id, at
	}
	p.events = appendEvent(p.events, id, event, at, data)
	p.last = id
	p.count++
}

// entry makes events of an entry of the log, and reports whether there is room
// for more.
func (p *packer) entry(e *chat.Logged) bool {
	var users []chat.Away
	if p.c.wants.event(eventOffline) {
		if p.away == nil {
			p.away = p.c.hub.chat.Absence(int(p.c.rec.OfflineMembers), p.c.hub.cfg.System)
		}
		if users, p.failed = p.away.Of(e); p.failed != nil {
			return false // this entry comes again
		}
	}
	before := p.count
	event := typeOf(e)
	if p.c.wants.event(event) {
		p.add(entryID(e), event, e.Time, entryData(e))
	} else {
		event = eventOffline
	}
	for n := 0; len(users) > 0; n++ {
		some := users[:min(len(users), offlineChunk)]
		p.add(offlineID(e, n), eventOffline, e.Time, offlineData(e, some))
		users = users[len(some):]
	}
	p.log = e.ID
	p.entries++
	if p.count > before {
		p.sources = append(p.sources, source{entry: e.ID, event: event})
	}
	return !p.full()
}

// change makes an event of a change of presence.
func (p *packer) change(ch *storage.WebhookPresence) {
	if event := changeEvent(ch); p.c.wants.event(event) {
		p.add(changeID(ch), event, ch.At, changeData(ch))
		p.sources = append(p.sources, source{change: *ch, event: event})
	}
	p.presence = ch.Number
}

// body is what is posted.
func (p *parcel) body(endpoint string) []byte {
	head := wire.Extra(nil).Text("endpoint", endpoint).Text("batch", p.id())
	if len(p.again) > 0 {
		head = head.Bool("again", true)
	}
	dst := append(append(append([]byte{'{'}, head...), `,"events":[`...), p.events...)
	return append(dst, "]}"...)
}

// id names the parcel: the same events have the same, as long as they come
// together.
func (p *parcel) id() string {
	if p.first == p.last {
		return p.first
	}
	return p.first + "-" + p.last
}

// addPing puts in an event that says nothing.
func (p *packer) addPing() {
	p.add("ping-"+rand.Text()[:12], eventPing, time.Now().UnixMilli(), []byte("{}"))
}
