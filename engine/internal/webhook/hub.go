package webhook

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gannet/engine/internal/chat"
	"gannet/engine/internal/metrics"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Config is what a Hub needs to know. All of it must be set but where a field says
// otherwise.
type Config struct {
	Timeout  time.Duration // of a request
	GiveUp   time.Duration // how long a request is tried
	MaxDelay time.Duration // between two tries
	MaxDead  int           // dead letters of an endpoint, at least MaxBatch
	Deliver  bool          // false: nothing is posted, as if all endpoints were paused
	System   string        // user id that never is away

	Transport http.RoundTripper // nil: the usual
	Metrics   *metrics.Registry
	Logger    *slog.Logger
}

// Hub has the endpoints. Its methods may be called by any goroutine.
type Hub struct {
	cfg    Config
	db     *storage.DB
	seq    *sequencer.Sequencer
	chat   *chat.Service
	client *http.Client
	clerk  *clerk
	quit   chan struct{}
	gone   sync.WaitGroup

	couriers atomic.Pointer[[]*courier] // in the order of names; replaced, not changed

	mu      sync.Mutex // one change of endpoints at a time
	running bool
	stopped bool
	series  map[string]*figures
	seconds metrics.Histogram
}

// Open makes the hub of what is stored, without starting it.
func Open(cfg Config, db *storage.DB, seq *sequencer.Sequencer, rules *chat.Service) (*Hub, error) {
	if cfg.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost, t.MaxResponseHeaderBytes = 4, maxAnswer
		cfg.Transport = t
	}
	h := &Hub{
		cfg: cfg, db: db, seq: seq, chat: rules, client: newClient(cfg.Transport), quit: make(chan struct{}),
		series: make(map[string]*figures), seconds: cfg.Metrics.Histogram(metrics.WebhookSeconds),
	}
	h.clerk = &clerk{hub: h, bell: make(chan struct{}, 1), changed: make(map[string]storage.WebhookPresence)}
	endpoints, err := db.Webhooks()
	if err != nil {
		return nil, err
	}
	var err2 error
	h.clerk.last, h.clerk.kept, err2 = db.LastWebhookPresence()
	couriers := make([]*courier, len(endpoints))
	for i, rec := range endpoints {
		cursor, _, err := db.WebhookCursor(rec.Name)
		if err != nil {
			return nil, err
		}
		cursor.Webhook = rec.Name
		h.clerk.last = max(h.clerk.last, cursor.Presence)
		couriers[i] = h.newCourier(rec, cursor)
	}
	h.clerk.durable.Store(h.clerk.last)
	h.set(couriers)
	return h, err2
}

// Start starts the couriers and the clerk. It comes after the sequencer's start, and
// before users are let in: the first that is told of presence is that nobody is
// there.
func (h *Hub) Start() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.running = true
	if h.clerk.wanted.Load() {
		h.clerk.note(storage.WebhookPresence{State: storage.WebhookStarted, At: time.Now().UnixMilli()})
	}
	h.gone.Go(h.clerk.run)
	for _, c := range h.all() {
		h.gone.Go(c.run)
	}
}

// Ring says that so many entries are on disk.
func (h *Hub) Ring(entries int) {
	if entries == 0 {
		return
	}
	for _, c := range h.all() {
		c.lag.Add(int64(entries))
		c.behind.CompareAndSwap(0, time.Now().UnixMilli())
		c.ring()
	}
}

// Stop has everything end: no request begins any more, and no endpoint can be
// changed.
func (h *Hub) Stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return
	}
	h.stopped = true
	close(h.quit)
	for _, c := range h.all() {
		c.leave()
	}
}

// stopTime is what requests that are under way get to come to their end: those that
// don't are made again after the next start.
const stopTime = time.Second

// Close returns when nothing is under way, after [Hub.Stop] and before the sequencer
// stops. Its error is that of ctx.
func (h *Hub) Close(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		h.gone.Wait()
		close(done)
	}()
	timer := time.NewTimer(stopTime)
	defer timer.Stop()
	select {
	case <-done:
	case <-ctx.Done():
	case <-timer.C:
	}
	for _, c := range h.all() {
		c.cut()
	}
	select {
	case <-done:
		h.client.CloseIdleConnections()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Wait returns when all goroutines have ended, after the sequencer has stopped.
func (h *Hub) Wait() {
	h.gone.Wait()
	h.client.CloseIdleConnections()
}

// do runs a command that needs next to no room.
func (h *Hub) do(command func(*sequencer.Tx) error) error { return h.seq.DoAnyway(command) }

// all are the couriers, in the order of names. The slice must not be changed.
func (h *Hub) all() []*courier { return *h.couriers.Load() }

func (h *Hub) find(name string) *courier {
	i, found := slices.BinarySearchFunc(h.all(), name, func(c *courier, name string) int { return strings.Compare(c.rec.Name, name) })
	if !found {
		return nil
	}
	return h.all()[i]
}

// set replaces the couriers.
func (h *Hub) set(list []*courier) {
	slices.SortFunc(list, func(a, b *courier) int { return strings.Compare(a.rec.Name, b.rec.Name) })
	h.couriers.Store(&list)
	h.clerk.wanted.Store(slices.ContainsFunc(list, func(c *courier) bool { return c.wants.presence }))
	h.clerk.ring()
}
