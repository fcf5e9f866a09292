package webhook

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

const (
	scanStep   = 256             // entries that are read at a time
	storeEvery = time.Second     // how often a cursor that moves is stored
	maxCounted = 10_000_000      // entries, when a courier begins
	readAgain  = 5 * time.Second // after what is stored couldn't be read
)

// courier brings one endpoint what it wants to know. What isn't said to be shared
// belongs to its goroutine.
type courier struct {
	hub   *Hub
	rec   storage.Webhook // never changes: a change makes another courier
	wants *wants
	quit  chan struct{}
	bell  chan struct{}
	done  chan struct{}
	ctx   context.Context // of requests
	cut   context.CancelFunc

	cursor   storage.WebhookCursor
	stored   storage.WebhookCursor
	storedAt time.Time
	fresh    lane // of what is behind the cursor
	again    lane // of dead letters
	replay   bool // there may be dead letters to send again
	turn     bool // of dead letters

	prunable atomic.Uint64 // changes of presence up to it aren't needed any more
	lag      atomic.Int64  // entries on disk behind the cursor
	behind   atomic.Int64  // time of the oldest that waits, Unix milliseconds; 0: none
	letters  letters
	state    status
	figures  *figures
	stop     sync.Once
}

// newCourier makes the courier of an endpoint whose cursor is stored.
func (h *Hub) newCourier(rec storage.Webhook, cursor storage.WebhookCursor) *courier {
	c := &courier{
		hub: h, rec: rec, wants: newWants(rec.Events),
		quit: make(chan struct{}), bell: make(chan struct{}, 1), done: make(chan struct{}),
		cursor: cursor, stored: cursor, replay: true,
		fresh: lane{limit: int(rec.MaxBatch)}, again: lane{limit: int(rec.MaxBatch)},
		figures: h.figuresOf(rec.Name),
	}
	c.ctx, c.cut = context.WithCancel(context.Background())
	c.letters.c = c
	c.prunable.Store(math.MaxUint64)
	if c.wants.presence {
		c.prunable.Store(cursor.Presence)
	}
	c.state.delivered.Store(cursor.Delivered)
	return c
}

// idle reports whether nothing is to be sent for now.
func (c *courier) idle() bool { return c.rec.Paused || !c.hub.cfg.Deliver }

// ring wakes the courier.
func (c *courier) ring() {
	select {
	case c.bell <- struct{}{}:
	default: // it was rung already
	}
}

// leave has the courier end soon: it begins no other request.
func (c *courier) leave() { c.stop.Do(func() { close(c.quit) }) }

func (c *courier) leaving() bool {
	select {
	case <-c.quit:
		return true
	default:
		return false
	}
}

// run is the courier's goroutine.
func (c *courier) run() {
	defer close(c.done)
	defer c.cut()
	c.measure()
	if c.idle() {
		<-c.quit
		return
	}
	for !c.leaving() {
		p, err := c.next()
		switch {
		case err != nil:
			c.complain(err)
			c.sleep(readAgain)
		case p == nil:
			c.rest()
		default:
			c.deliver(p)
		}
	}
	c.store()
}

// measure counts dead letters, before which none can be made, and what waits. Until
// it has, the endpoint lags behind by nothing.
func (c *courier) measure() {
	for err := c.letters.count(); err != nil && !c.leaving(); err = c.letters.count() {
		c.complain(err)
		c.sleep(readAgain)
	}
	n, err := c.hub.chat.CountLog(c.cursor.Log, maxCounted, c.quit)
	if err != nil {
		c.complain(err)
		return
	}
	c.lag.Store(int64(n))
	if n > 0 {
		c.behind.CompareAndSwap(0, time.Now().UnixMilli())
	}
}

// complain logs what isn't the receiver's fault, but for the end of the engine.
func (c *courier) complain(err error) {
	if !c.leaving() {
		c.hub.cfg.Logger.Error("reading what a webhook is to be told", "webhook", c.rec.Name, "err", err)
	}
}

// next makes the next parcel; nil where there is nothing to send. What is new and
// dead letters take turns in being looked for first.
func (c *courier) next() (p *parcel, err error) {
	if c.letters.asked.Swap(false) {
		c.replay, c.again.due = true, time.Time{}
		c.letters.after = 0
	}
	if c.turn {
		p = c.old()
	}
	if p == nil {
		p, err = c.news()
	}
	if p == nil && err == nil && !c.turn {
		p = c.old()
	}
	c.turn = err != nil || p != nil && len(p.again) == 0
	return p, err
}

// old makes a parcel of dead letters that are to be sent again; nil where there are
// none, or none is due.
func (c *courier) old() *parcel {
	if !c.replay || time.Now().Before(c.again.due) {
		return nil
	}
	p, err := c.letters.parcel()
	if err != nil {
		c.complain(err)
		c.again.due = time.Now().Add(readAgain)
		return nil
	}
	c.replay = p != nil
	return p
}

// news makes a parcel of what is behind the cursor; nil where that is nothing. What
// the endpoint doesn't want it passes. What can't be read doesn't hold up what is
// before it: the error comes again at the next look.
func (c *courier) news() (*parcel, error) {
	p := c.packer(c.fresh.limit)
	err := p.changes()
	if err == nil {
		err = p.walk()
	}
	if p.count > 0 {
		c.behind.Store(max(1, p.oldest))
		return &p.parcel, nil
	}
	c.pass(&p.parcel)
	return nil, err
}

// changes puts changes of presence in, which leave room for messages.
func (p *packer) changes() error {
	upTo := p.c.hub.clerk.durable.Load()
	if !p.c.wants.presence {
		p.presence = upTo
		return nil
	}
	room := min(p.most, int(p.c.rec.MaxBatch))
	if p.c.wants.log {
		room = max(1, room/2)
	}
	for scanned := 0; p.presence < upTo && p.goesOn(scanned); scanned += scanStep {
		list, err := p.c.hub.db.WebhookPresence(p.presence, scanStep)
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].Number > upTo || p.count >= room {
				return nil
			}
			p.change(&list[i])
		}
		if len(list) < scanStep {
			return nil
		}
	}
	return nil
}

// goesOn reports whether a parcel is to be filled further after so much was looked
// at: until it has something, and then for a while.
func (p *packer) goesOn(scanned int) bool {
	return !p.full() && !p.c.leaving() && (p.count == 0 || scanned < 8*scanStep)
}

// walk reads the log up to its end, or until the parcel is full.
func (p *packer) walk() error {
	if !p.c.wants.log {
		p.entries, p.log = uint64(max(0, p.c.lag.Load())), max(p.log, p.c.hub.seq.Durable())
		return nil
	}
	for scanned := 0; p.goesOn(scanned); scanned += scanStep {
		at := p.log
		upTo, err := p.c.hub.chat.Log(at, math.MaxUint64, scanStep, p.entry)
		if err != nil || p.failed != nil {
			return errors.Join(err, p.failed)
		}
		if !p.full() {
			p.log = upTo
		}
		if upTo == at {
			return nil
		}
		if p.count == 0 { // so much of it isn't wanted
			p.c.pass(&p.parcel)
			p.entries, p.away = 0, nil
		}
	}
	return nil
}

// pass moves the cursor over what a parcel brings, or would.
func (c *courier) pass(p *parcel) {
	c.cursor.Log, c.cursor.Presence = p.log, p.presence
	c.lag.Store(max(0, c.lag.Load()-int64(p.entries)))
	if time.Since(c.storedAt) >= storeEvery {
		c.store()
	}
}

// rest waits until there may be something to send.
func (c *courier) rest() {
	if c.cursor.Log >= c.hub.seq.Durable() {
		c.lag.Store(0) // the count may be off by what came while it was made
		c.behind.Store(0)
	}
	var late <-chan time.Time
	if at := c.alarm(); !at.IsZero() {
		timer := time.NewTimer(time.Until(at))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-c.bell:
	case <-late:
		if time.Since(c.storedAt) >= storeEvery {
			c.store()
		}
	case <-c.quit:
	}
}

// alarm is when the courier has something to do although nothing happens: to store
// the cursor, or to send letters again. Zero: never.
func (c *courier) alarm() (at time.Time) {
	if c.cursor != c.stored {
		at = c.storedAt.Add(storeEvery)
	}
	if c.replay && (at.IsZero() || c.again.due.Before(at)) {
		at = c.again.due
	}
	return at
}

// sleep waits, or until the courier is to end.
func (c *courier) sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.quit:
	}
}

// store writes the cursor, which costs an fsync unless others write too. An error
// says that the engine stops, or that it has failed: then events come again.
func (c *courier) store() {
	c.storedAt = time.Now()
	if now := c.cursor; now != c.stored && c.hub.do(func(tx *sequencer.Tx) error {
		tx.Writes(sequencer.Subject{}).PutWebhookCursor(now)
		return nil
	}) == nil {
		c.stored = now
		if c.wants.presence {
			c.prunable.Store(now.Presence)
		}
	}
}
