package webhook

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

const (
	gatherFor      = 100 * time.Millisecond // changes of presence within it are written together
	clerkStep      = 1000                   // rows that one command writes, and as many it removes
	maxGathered    = 1 << 18                // users whose changes wait to be written
	maxPresence    = 1 << 20                // changes that are kept for endpoints that are away
	writeAgain     = time.Second            // after the disk was full or busy
	presencePerMS  = 1 << 10                // numbers of a millisecond
	pruneAtMost    = 64                     // commands at a time
	presenceUnread = math.MaxUint64         // nobody needs any
)

// clerk writes down who comes and goes, as long as an endpoint wants to know.
type clerk struct {
	hub     *Hub
	wanted  atomic.Bool
	durable atomic.Uint64 // number of the last change that is on disk
	bell    chan struct{}

	mu      sync.Mutex // held for moments only: the log's writer takes it
	changed map[string]storage.WebhookPresence
	order   []string
	lost    uint64

	// Of its goroutine, once it runs.
	last uint64 // number
	kept int    // rows
}

// Present notes that a user has come or gone. It is called on the sequencer
// goroutine. Of who comes and goes within a moment only the outcome is told.
func (h *Hub) Present(user string, online bool) {
	if !h.clerk.wanted.Load() {
		return
	}
	state := storage.WebhookOffline
	if online {
		state = storage.WebhookOnline
	}
	h.clerk.note(storage.WebhookPresence{User: user, State: state, At: time.Now().UnixMilli()})
}

func (k *clerk) note(p storage.WebhookPresence) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, waits := k.changed[p.User]; !waits {
		if len(k.order) >= maxGathered {
			k.lost++
			return
		}
		k.order = append(k.order, p.User)
	}
	k.changed[p.User] = p
	k.ring()
}

func (k *clerk) ring() {
	select {
	case k.bell <- struct{}{}:
	default: // it was rung already
	}
}

// run is the clerk's goroutine.
func (k *clerk) run() {
	for {
		select {
		case <-k.bell:
		case <-k.hub.quit:
			return
		}
		k.prune()
		if !k.sleep(gatherFor) || !k.writeAll() {
			return
		}
	}
}

// writeAll writes what waits by now, and reports whether the clerk is to go on.
func (k *clerk) writeAll() bool {
	k.mu.Lock()
	left, lost := len(k.order), k.lost
	k.lost = 0
	k.mu.Unlock()
	if lost > 0 {
		k.hub.cfg.Logger.Warn("webhooks are not told of users who came or went: too many at once", "changes", lost)
	}
	for left > 0 {
		list := k.take()
		if len(list) == 0 {
			return true
		}
		if err := k.write(list); err == nil {
			left -= len(list)
			continue
		}
		k.giveBack(list)
		if !k.sleep(writeAgain) {
			return false
		}
	}
	return true
}

// sleep reports whether the clerk is to go on.
func (k *clerk) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-k.hub.quit:
		return false
	}
}

// take returns changes that wait, the first ones.
func (k *clerk) take() []storage.WebhookPresence {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := min(len(k.order), clerkStep)
	list := make([]storage.WebhookPresence, 0, n)
	for _, user := range k.order[:n] {
		list = append(list, k.changed[user])
		delete(k.changed, user)
	}
	if k.order = k.order[n:]; len(k.order) == 0 {
		k.order = nil
	}
	return list
}

// giveBack puts changes that couldn't be written before the others, but for those
// of users that have changed again.
func (k *clerk) giveBack(list []storage.WebhookPresence) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var first []string
	for _, p := range list {
		if _, newer := k.changed[p.User]; !newer {
			k.changed[p.User] = p
			first = append(first, p.User)
		}
	}
	k.order = append(first, k.order...)
}

// write writes changes down and lets couriers read them. A full disk refuses it.
func (k *clerk) write(list []storage.WebhookPresence) error {
	last := k.last
	err := k.hub.seq.Do(func(tx *sequencer.Tx) error {
		for i := range list {
			last = max(last+1, uint64(tx.Now())*presencePerMS)
			list[i].Number = last
			tx.Writes(sequencer.Subject{}).PutWebhookPresence(list[i])
		}
		return nil
	})
	if err != nil {
		return err
	}
	k.last = last
	k.kept += len(list)
	k.durable.Store(last)
	for _, c := range k.hub.all() {
		if c.wants.presence {
			c.ring()
		}
	}
	return nil
}

// prune removes what no endpoint needs any more, and the oldest where there are
// too many.
func (k *clerk) prune() {
	needed := uint64(presenceUnread)
	for _, c := range k.hub.all() {
		needed = min(needed, c.prunable.Load())
	}
	for range pruneAtMost {
		if k.kept == 0 || k.kept < clerkStep && needed != presenceUnread {
			return
		}
		list, err := k.hub.db.WebhookPresence(0, clerkStep)
		if err != nil {
			k.hub.cfg.Logger.Error("reading who came and went", "err", err)
			return
		}
		n := 0
		for n < len(list) && (list[n].Number <= needed || k.kept-n > maxPresence) {
			n++
		}
		if n == 0 || k.hub.do(func(tx *sequencer.Tx) error {
			for _, p := range list[:n] {
				tx.Writes(sequencer.Subject{}).DeleteWebhookPresence(p.Number)
			}
			return nil
		}) != nil {
			return
		}
		k.kept -= n
		k.tellDropped(list[:n], needed)
	}
}

// tellDropped counts what endpoints will never hear of.
func (k *clerk) tellDropped(list []storage.WebhookPresence, needed uint64) {
	for _, c := range k.hub.all() {
		for _, p := range list {
			if at := c.prunable.Load(); p.Number > needed && p.Number > at {
				c.figures.dropped.Inc()
			}
		}
	}
}
