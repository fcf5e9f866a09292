package webhook

import (
	"context"
	"slices"
	"time"

	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// List tells of all endpoints, in the order of their names.
func (h *Hub) List() []Status {
	list := make([]Status, 0, len(h.all()))
	for _, c := range h.all() {
		list = append(list, c.status())
	}
	return list
}

// Get tells of one endpoint.
func (h *Hub) Get(name string) (Status, error) {
	c := h.find(name)
	if c == nil {
		return Status{}, errNoEndpoint
	}
	return c.status(), nil
}

// Add adds an endpoint and returns its secret, which is shown this once.
func (h *Hub) Add(_ context.Context, n New) (s Status, secret string, err error) {
	rec, refused := n.record(time.Now().UnixMilli())
	if refused != nil {
		return s, "", refused
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.stopped || !h.running:
		return s, "", h.chat.Refusal(sequencer.ErrShuttingDown)
	case h.find(n.Name) != nil:
		return s, "", errExists
	case len(h.all()) >= MaxEndpoints:
		return s, "", errTooMany
	}
	cursor := storage.WebhookCursor{Webhook: rec.Name, Log: h.seq.Durable(), Presence: h.clerk.durable.Load()}
	if n.FromBeginning {
		cursor.Log = 0
	}
	c := h.newCourier(rec, cursor)
	err = h.seq.Do(func(tx *sequencer.Tx) error {
		b := tx.Writes(sequencer.Subject{})
		b.PutWebhook(rec)
		b.PutWebhookCursor(cursor)
		return nil
	})
	if err != nil {
		return s, "", h.chat.Refusal(err)
	}
	h.set(append(slices.Clone(h.all()), c))
	h.gone.Go(c.run)
	return c.status(), string(rec.Secret), nil
}

// Update changes an endpoint. A request that is under way is cut off and made again:
// its events come twice, if the receiver has them.
func (h *Hub) Update(_ context.Context, name string, p Patch) (s Status, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := h.find(name)
	if old == nil {
		return s, errNoEndpoint
	}
	if h.stopped || !h.running {
		return s, h.chat.Refusal(sequencer.ErrShuttingDown)
	}
	rec := old.rec
	if refused := p.apply(&rec); refused != nil {
		return s, refused
	}
	err = h.do(func(tx *sequencer.Tx) error {
		tx.Writes(sequencer.Subject{}).PutWebhook(rec)
		return nil
	})
	if err != nil {
		return s, h.chat.Refusal(err)
	}
	old.end()
	c := h.newCourier(rec, old.cursor)
	c.stored = old.stored
	c.letters.n.Store(old.letters.n.Load())
	h.set(append(h.without(old), c))
	h.gone.Go(c.run)
	return c.status(), nil
}

// Remove removes an endpoint with its dead letters.
func (h *Hub) Remove(_ context.Context, name string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.find(name)
	if c == nil {
		return errNoEndpoint
	}
	if h.stopped || !h.running {
		return h.chat.Refusal(sequencer.ErrShuttingDown)
	}
	c.end()
	h.set(h.without(c))
	_, err := c.letters.discard(0, allNumbers)
	if err == nil {
		err = h.do(func(tx *sequencer.Tx) error {
			tx.Writes(sequencer.Subject{}).DeleteWebhook(name)
			return nil
		})
	}
	if err != nil {
		return h.chat.Refusal(err)
	}
	return nil
}

func (h *Hub) without(c *courier) []*courier {
	return slices.DeleteFunc(slices.Clone(h.all()), func(other *courier) bool { return other == c })
}

// end returns when the courier has ended.
func (c *courier) end() {
	c.leave()
	c.cut()
	<-c.done
}

// Answer is what a receiver said to a test.
type Answer struct {
	OK     bool
	Status int           // 0: there was no answer
	Body   string        // the beginning
	Error  string        // why it is no acknowledgement
	Took   time.Duration // until it was there
}

// Test posts a ping to an endpoint, also to one that is paused.
func (h *Hub) Test(ctx context.Context, name string) (Answer, error) {
	c := h.find(name)
	if c == nil {
		return Answer{}, errNoEndpoint
	}
	var p packer
	p.addPing()
	a := h.post(ctx, &c.rec, p.id(), 1, p.body(name))
	return Answer{OK: a.verdict == taken, Status: a.status, Body: a.shown, Error: a.err, Took: a.took}, nil
}

// allNumbers is above the number of every dead letter.
const allNumbers = 1<<64 - 1

// Dead returns up to limit dead letters of an endpoint in the order of their
// numbers, those above after.
func (h *Hub) Dead(_ context.Context, name string, after uint64, limit int) ([]storage.WebhookDead, error) {
	if h.find(name) == nil {
		return nil, errNoEndpoint
	}
	list, err := h.db.WebhookDead(name, after, limit)
	if err != nil {
		return nil, h.chat.Refusal(err)
	}
	return list, nil
}

// Replay has dead letters sent again, those with numbers from one to another, 0:
// without that bound. It returns how many were asked for that weren't before.
func (h *Hub) Replay(_ context.Context, name string, from, to uint64) (int, error) {
	return h.onLetters(name, to, func(l *letters, to uint64) (int, error) { return l.again(from, to) })
}

// Discard removes dead letters, those with numbers from one to another, and returns
// how many.
func (h *Hub) Discard(_ context.Context, name string, from, to uint64) (int, error) {
	return h.onLetters(name, to, func(l *letters, to uint64) (int, error) { return l.discard(from, to) })
}

func (h *Hub) onLetters(name string, to uint64, fn func(*letters, uint64) (int, error)) (int, error) {
	h.mu.Lock() // so that the endpoint stays as it is
	defer h.mu.Unlock()
	c := h.find(name)
	if c == nil {
		return 0, errNoEndpoint
	}
	if to == 0 {
		to = allNumbers
	}
	n, err := fn(&c.letters, to)
	if err != nil {
		return 0, h.chat.Refusal(err)
	}
	return n, nil
}
