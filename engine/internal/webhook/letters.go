package webhook

import (
	"slices"
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

	after uint64 // up to this number none is to be sent again; the courier's goroutine

	mu      sync.Mutex // held while rows are looked at and changed
	counted bool       // n is right
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

// count counts the letters. None may be added before: their numbers go on from the
// last one, which the cursor tells, or, if that was stored without it, its row.
func (l *letters) count() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, last := int64(0), uint64(0)
	err := l.each(0, func(w *storage.WebhookDead) bool {
		n, last = n+1, w.Number
		return true
	})
	if err != nil {
		return err
	}
	l.n.Store(n)
	l.counted = true
	l.c.cursor.Dead = max(l.c.cursor.Dead, last)
	return nil
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
	cursor.Dead += uint64(len(p.sources))
	err = c.hub.do(func(tx *sequencer.Tx) error {
		b := tx.Writes(sequencer.Subject{})
		for i, s := range p.sources {
			b.PutWebhookDead(storage.WebhookDead{
				Webhook: name, Number: c.cursor.Dead + 1 + uint64(i), Entry: s.entry, Change: s.change, Type: s.event,
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
	c.cursor.Dead = cursor.Dead
	l.n.Add(int64(len(p.sources) - len(oldest)))
	c.figures.dropped.Add(len(oldest))
	c.hub.cfg.Logger.Warn("a webhook didn't take events; they are dead letters", "webhook", name, "letters", len(p.sources), "dropped", len(oldest), "err", reason)
	return true
}

// parcel makes a parcel of dead letters that are to be sent again; nil if there are
// none. What the endpoint doesn't want any more is removed.
func (l *letters) parcel() (*parcel, error) {
	for {
		p := l.c.packer(l.c.again.limit)
		err := l.fill(p)
		if p.count > 0 {
			return &p.parcel, nil
		}
		if err != nil || len(p.again) == 0 {
			return nil, err
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
	err := l.each(l.after, func(w *storage.WebhookDead) bool {
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

// remove takes away dead letters that were sent again, and reports whether it was
// done.
func (l *letters) remove(numbers []uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.after = numbers[len(numbers)-1]
	rows, err := l.there(numbers)
	if err == nil {
		err = l.drop(rows)
	}
	if err != nil {
		l.c.complain(err)
	}
	return err == nil
}

// refused leaves letters that were sent again in vain where they are.
func (l *letters) refused(numbers []uint64, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.after = numbers[len(numbers)-1]
	rows, err := l.there(numbers)
	now := time.Now().UnixMilli()
	for i := range rows {
		rows[i].Again, rows[i].Reason, rows[i].At = false, reason, now
	}
	if err == nil {
		err = l.put(rows)
	}
	if err != nil {
		l.c.complain(err)
	}
}

// there returns those of some letters that are still there: the operator may have
// discarded some while they were under way.
func (l *letters) there(numbers []uint64) (rows []storage.WebhookDead, err error) {
	for _, number := range numbers {
		row, err := l.c.hub.db.WebhookDead(l.c.rec.Name, number-1, 1)
		if err != nil {
			return nil, err
		}
		if len(row) > 0 && row[0].Number == number {
			rows = append(rows, row[0])
		}
	}
	return rows, nil
}

// between returns the letters with numbers from one to another.
func (l *letters) between(from, to uint64) (rows []storage.WebhookDead, err error) {
	err = l.each(max(from, 1)-1, func(w *storage.WebhookDead) bool {
		if w.Number > to {
			return false
		}
		rows = append(rows, *w)
		return true
	})
	return rows, err
}

// put writes letters that have changed.
func (l *letters) put(rows []storage.WebhookDead) error {
	return l.write(rows, func(b *storage.Batch, w *storage.WebhookDead) { b.PutWebhookDead(*w) }, 0)
}

// drop removes letters, which are there.
func (l *letters) drop(rows []storage.WebhookDead) error {
	return l.write(rows, func(b *storage.Batch, w *storage.WebhookDead) { b.DeleteWebhookDead(w.Webhook, w.Number) }, -1)
}

// write writes to the rows of some letters, each of which changes by so much how
// many there are.
func (l *letters) write(rows []storage.WebhookDead, row func(*storage.Batch, *storage.WebhookDead), count int64) error {
	for some := range slices.Chunk(rows, lettersStep) {
		err := l.c.hub.do(func(tx *sequencer.Tx) error {
			for i := range some {
				row(tx.Writes(sequencer.Subject{}), &some[i])
			}
			return nil
		})
		if err != nil {
			return err
		}
		if l.counted {
			l.n.Add(count * int64(len(some)))
		}
	}
	return nil
}

// again asks for letters to be sent again, and returns how many weren't to be.
func (l *letters) again(from, to uint64) (n int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rows, err := l.between(from, to)
	if err != nil {
		return 0, err
	}
	rows = slices.DeleteFunc(rows, func(w storage.WebhookDead) bool { return w.Again })
	for i := range rows {
		rows[i].Again = true
	}
	err = l.put(rows)
	l.asked.Store(true)
	l.c.ring()
	return len(rows), err
}

// discard takes letters away for good.
func (l *letters) discard(from, to uint64) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rows, err := l.between(from, to)
	if err == nil {
		err = l.drop(rows)
	}
	return len(rows), err
}
