package desk

import (
	"sync"
	"sync/atomic"
	"time"

	"gannet/engine/internal/failpoint"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// How often the clerk looks whether there is something to do, and how many looks
// later visitors hear of their places.
const (
	beat       = 250 * time.Millisecond
	placeBeats = 4
)

// clerk is the goroutine that sees to what nobody asks for. It has no state of the
// desk: it runs commands.
type clerk struct {
	bell chan struct{}
	quit chan struct{}
	done sync.WaitGroup

	earliest atomic.Int64 // deadline, Unix milliseconds; 0: none
	comings  atomic.Bool  // agents have come or gone
	moved    atomic.Bool  // the queue has, since visitors were told
	arrived  atomic.Bool  // visitors who wait have, since then
}

// ring wakes the clerk.
func (c *clerk) ring() {
	select {
	case c.bell <- struct{}{}:
	default: // it was rung already
	}
}

// run is the clerk's goroutine. After each command it waits for a beat, so that
// what comes in quick succession is seen to together.
func (d *Desk) run() {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	d.update()
	for beats := 1; ; {
		select {
		case <-d.clerk.quit:
			return
		case <-d.clerk.bell:
		case <-tick.C:
			if beats++; beats%placeBeats == 0 && d.clerk.moved.Swap(false) {
				d.tellQueue()
			}
		}
		if d.late() {
			d.update()
		}
	}
}

// late reports whether something is to be seen to.
func (d *Desk) late() bool {
	at := d.clerk.earliest.Load()
	return d.clerk.comings.Load() || at != 0 && at <= failpoint.Wall(time.Now()).UnixMilli()
}

// update lets a command find what is to be seen to. Its error is that the engine
// stops; then the next start does it.
func (d *Desk) update() { _ = d.doAnyway(func(*sequencer.Tx) error { return nil }) }

// tellQueue tells visitors and agents how the queue has moved, and visitors who have
// come where they are. A connection joins at the end of the batch in which it came
// and hears nothing of that batch: so there is a command before.
func (d *Desk) tellQueue() {
	if d.clerk.arrived.Swap(false) {
		_ = d.doAnyway(func(*sequencer.Tx) error {
			for _, s := range d.arrived {
				s.told = 0
			}
			d.arrived = nil
			return nil
		})
	}
	_ = d.doAnyway(func(tx *sequencer.Tx) error {
		d.tellWaiting(tx)
		if !d.tellPlaces(tx) {
			d.clerk.moved.Store(true) // the rest next time
		}
		return nil
	})
}

// Present notes that a user has come or gone, or is other staff by their logins
// than before. It is called on the sequencer
// goroutine, in the middle of things.
func (d *Desk) Present(user string, online bool) {
	if s := d.floor.byVisitor[user]; s != nil && online && s.rec.State == storage.DeskQueued {
		d.arrived = append(d.arrived, s)
		d.clerk.arrived.Store(true)
		d.clerk.moved.Store(true)
	}
	a := d.floor.agents[user]
	if a == nil {
		return
	}
	d.seen[a.rec.User] = struct{}{}
	d.clerk.comings.Store(true)
	d.clerk.ring()
}

// lookUp looks which of the agents who have come or gone are there.
func (d *Desk) lookUp(tx *sequencer.Tx) {
	if len(d.seen) == 0 {
		return
	}
	for user := range d.seen {
		if a := d.floor.agents[user]; a != nil {
			d.setConnected(tx, a, isHere(tx, &a.rec))
			d.follow(tx, a, Actor{})
		}
	}
	clear(d.seen)
	d.clerk.comings.Store(false)
}

// maxLapses is how many deadlines one command sees to, so that the messages
// behind it don't wait for long.
const maxLapses = 500

// lapse sees to the deadlines that have passed. Before each of them free agents go
// to those who wait: a session that somebody loses is not to overtake them.
func (d *Desk) lapse(tx *sequencer.Tx) {
	for range maxLapses {
		d.match(tx)
		s := d.floor.deadlines.first()
		if s == nil || s.due > tx.Now() {
			return
		}
		d.overdue(tx, s)
	}
}

// overdue does what a session's deadline asks for, which ends that deadline.
func (d *Desk) overdue(tx *sequencer.Tx, s *session) {
	r := &s.rec
	passed := func(at int64) bool { return at != 0 && at <= tx.Now() }
	switch {
	case fallen(r, tx.Now()) && !s.fallen: // it goes to another lane
		_ = d.floor.replace(s, *r, tx.Now())
	case passed(r.LostAt):
		d.lose(tx, s)
	case passed(r.ReplyAt):
		d.unanswered(tx, s)
	case passed(r.CloseAt):
		d.closeSilent(tx, s)
	case passed(r.WarnAt):
		d.warn(tx, s)
	case passed(r.OfflineAt):
		d.goOffline(tx, s)
	}
}
