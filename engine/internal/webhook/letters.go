package webhook

import (
	"sync"
	"sync/atomic"
	"time"

	"gannet/engine/internal/chat"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// letters are the dead letters of an endpoint.
type letters struct {
	c     *courier
	n     atomic.Int64
	asked atomic.Bool // to send some again

	mu   sync.Mutex // held while rows are looked at and changed
	last uint64     // the highest number
}

// lettersStep is how many rows one command changes.
const lettersStep = 500

// each hands the dead letters with numbers above after to fn, until it returns
// false.
func (l *letters) each(after uint64, fn func(*storage.WebhookDead) bool) error {
	for {
		page, err := l.c.hub.db.WebhookDead(l.c.rec.Name, after, lettersStep)
		if err != nil {
			return err
		}
		for i := range page {
			if !fn(&page[i]) {
				return nil
			}
			after = page[i].Number
		}
		if len(page) < lettersStep {
			return nil
		}
	}
}

func (l *letters) count() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := int64(0)
	err := l.each(0, func(w *storage.WebhookDead) bool {
		n, l.last = n+1, w.Number
		return true
	})
	l.n.Store(n)
	return err
}

// add makes dead letters of what a parcel brings, and moves the cursor over it,
// both at once. Where there are too many the oldest go. It reports whether it was
// done.
func (l *letters) add(p *parcel, reason string, since time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.c
	name, now := c.rec.Name, time.Now().UnixMilli()
	over := int(l.n.Load()) + len(p.sources) - c.hub.cfg.MaxDead
	oldest, err := c.hub.db.WebhookDead(name, 0, max(0, over))
	if err != nil {
		c.complain(err)
		return false
	}
	cursor := c.cursor
	cursor.Log, cursor.Presence = p.log, p.presence
	err = c.hub.do(func(tx *sequencer.Tx) error {
		b := tx.Writes(sequencer.Subject{})
		for i, s := range p.sources {
			b.PutWebhookDead(storage.WebhookDead{
				Webhook: name, Number: l.last + 1 + uint64(i), Entry: s.entry, Change: s.change, Type: s.event,
				Reason: reason, FirstAt: since.UnixMilli(), At: now,
			})
		}
		for _, w := range oldest {
			b.DeleteWebhookDead(name, w.Number)
		}
		b.PutWebhookCursor(cursor)
		return nil
	})
	if err != nil {
		return false
	}
	c.stored, c.storedAt = cursor, time.Now()
	l.last += uint64(len(p.sources))
	l.n.Add(int64(len(p.sources) - len(oldest)))
	c.figures.dropped.Add(len(oldest))
	c.hub.cfg.Logger.Warn("a webhook didn't take events; they are dead letters", "webhook", name, "letters", len(p.sources), "dropped", len(oldest), "err", reason)
	return true
}

// parcel makes a parcel of dead letters that are to be sent again; nil if there are
// none. What the endpoint doesn't want any more is removed.
func (l *letters) parcel() (*parcel, error) {
	for {
		p := l.c.packer()
		err := l.fill(p)
		if err != nil || len(p.again) == 0 {
			return nil, err
		}
		if p.count > 0 {
			return &p.parcel, nil
		}
		if !l.remove(p.again) {
			return nil, nil // the engine stops
		}
	}
}

func (l *letters) fill(p *packer) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var failed error
	err := l.each(0, func(w *storage.WebhookDead) bool {
		if !w.Again {
			return true
		}
		if failed = p.letter(w); failed != nil {
			return false
		}
		p.again = append(p.again, w.Number)
		return !p.full() && len(p.again) < lettersStep
	})
	if failed != nil {
		return failed
	}
	return err
}

// letter makes events of a dead letter.
func (p *packer) letter(w *storage.WebhookDead) error {
	if w.Entry == 0 {
		p.change(&w.Change)
		return nil
	}
	_, err := p.c.hub.chat.Log(w.Entry-1, w.Entry, 1, func(e *chat.Logged) bool { return p.entry(e) })
	if err == nil {
		err = p.failed
	}
	return err
}

// remove takes dead letters away, and reports whether it was done.
func (l *letters) remove(numbers []uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.change(numbers, func(b *storage.Batch, number uint64) { b.DeleteWebhookDead(l.c.rec.Name, number) }, -1) == nil
}

// change writes to the rows of some letters, and counts them as far as that changes
// how many there are.
func (l *letters) change(numbers []uint64, write func(*storage.Batch, uint64), count int64) error {
	for len(numbers) > 0 {
		some := numbers[:min(len(numbers), lettersStep)]
		err := l.c.hub.do(func(tx *sequencer.Tx) error {
			for _, number := range some {
				write(tx.Writes(sequencer.Subject{}), number)
			}
			return nil
		})
		if err != nil {
			return err
		}
		l.n.Add(count * int64(len(some)))
		numbers = numbers[len(some):]
	}
	return nil
}

// refused leaves letters that were sent again in vain where they are.
func (l *letters) refused(numbers []uint64, reason string) {
	among := make(map[uint64]bool, len(numbers))
	for _, n := range numbers {
		among[n] = true
	}
	now := time.Now().UnixMilli()
	_, err := l.mark(func(w *storage.WebhookDead) bool {
		if !among[w.Number] {
			return false
		}
		w.Again, w.Reason, w.At = false, reason, now
		return true
	})
	if err != nil {
		l.c.complain(err)
	}
}

// mark changes letters: those of which fn says that it has changed them.
func (l *letters) mark(fn func(*storage.WebhookDead) bool) (n int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	changed := make(map[uint64]storage.WebhookDead)
	var numbers []uint64
	err = l.each(0, func(w *storage.WebhookDead) bool {
		if fn(w) {
			changed[w.Number] = *w
			numbers = append(numbers, w.Number)
		}
		return true
	})
	if err != nil {
		return 0, err
	}
	return len(numbers), l.change(numbers, func(b *storage.Batch, number uint64) { b.PutWebhookDead(changed[number]) }, 0)
}

// again asks for letters to be sent again.
func (l *letters) again(from, to uint64) (n int, err error) {
	n, err = l.mark(func(w *storage.WebhookDead) bool {
		if w.Number < from || w.Number > to || w.Again {
			return false
		}
		w.Again = true
		return true
	})
	l.asked.Store(true)
	l.c.ring()
	return n, err
}

// discard takes letters away for good.
func (l *letters) discard(from, to uint64) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var numbers []uint64
	err := l.each(0, func(w *storage.WebhookDead) bool {
		if w.Number >= from && w.Number <= to {
			numbers = append(numbers, w.Number)
		}
		return true
	})
	if err == nil {
		err = l.change(numbers, func(b *storage.Batch, number uint64) { b.DeleteWebhookDead(l.c.rec.Name, number) }, -1)
	}
	return len(numbers), err
}
