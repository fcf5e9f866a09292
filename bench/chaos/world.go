package chaos

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A world is the users and conversations of a campaign and what they may do at
// the moment. It outlives the servers.
type world struct {
	rec     *recorder
	users   map[string]*user
	order   []*user
	clients []*client // of begin
	convs   []*conversation
	byID    map[string]*conversation
	calm    bool // clients seldom acknowledge
	jumpy   bool // the clock of the servers jumps
	halts   bool // the servers stand still for a while
	fresh   atomic.Bool
	addr    atomic.Pointer[address]
	http    *http.Client
	guests  atomic.Int32 // guests on their way
	actors  sync.WaitGroup
}

// address is where a server listens.
type address struct {
	ws, http string
	gone     int64 // when it surely was, on the history's clock; 0: it never was. It belongs to the campaign
}

func newWorld(rec *recorder, secret string) *world {
	w := &world{rec: rec, http: newHTTP(), users: make(map[string]*user), convs: newConversations(), byID: make(map[string]*conversation)}
	for i := range userCount {
		u := newUser(userName(i), newToken(secret, userName(i)))
		w.users[u.name] = u
		w.order = append(w.order, u)
	}
	for _, c := range w.convs {
		w.byID[c.id] = c
		for _, m := range c.members {
			w.users[m].convs = append(w.users[m].convs, c)
		}
	}
	return w
}

// A user has one of these sets of connections.
const (
	oneTracked = iota
	oneSimple
	trackedAndSimple
	onlyHTTP
	kindsOfUsers
)

// begin sets everybody going. They end with ctx.
func (w *world) begin(ctx context.Context, seed uint64) {
	w.fresh.Store(true)
	var streams uint64
	start := func(run func(ctx context.Context, rng *rand.Rand)) {
		streams++
		rng := rand.New(rand.NewPCG(seed, streams))
		w.actors.Go(func() { run(ctx, rng) })
	}
	for i, u := range w.order {
		kind := i % kindsOfUsers
		if kind == oneTracked || kind == trackedAndSimple {
			start(w.client(u, "phone", true).run)
		}
		if kind == oneSimple || kind == trackedAndSimple {
			start(w.client(u, "desk", false).run)
		}
		if kind == onlyHTTP {
			start(newCaller(w, u).run)
		}
	}
	for _, c := range w.convs {
		for _, guest := range c.guests {
			w.guests.Add(1)
			start(newVisitor(w, c, guest).run)
		}
	}
}

func (w *world) client(u *user, device string, tracked bool) *client {
	c := newClient(w, u, device, tracked)
	w.clients = append(w.clients, c)
	return c
}

// settled reports whether nothing new is begun and everything begun was answered.
func (w *world) settled() bool {
	if w.fresh.Load() || w.guests.Load() > 0 {
		return false
	}
	for _, u := range w.order {
		if !u.idle() {
			return false
		}
	}
	return true
}

// look is how often it is looked at whether something has happened.
const look = 5 * time.Millisecond

// server waits for a server to be there. It is nil when ctx ends.
func (w *world) server(ctx context.Context) *address {
	for {
		if a := w.addr.Load(); a != nil || !pause(ctx, look) {
			return a
		}
	}
}

// pause waits, and reports whether ctx goes on.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// meanPause is how long a client does nothing between two actions, on average.
const meanPause = 120 * time.Millisecond

// breath is a pause between two actions.
func breath(rng *rand.Rand) time.Duration {
	return min(time.Duration(rng.ExpFloat64()*float64(meanPause)), 10*meanPause)
}

func between(rng *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(rng.Int64N(int64(most-least)+1))
}

// newHTTP makes the client that all users share. Each has room for a connection
// or two.
func newHTTP() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: userCount, IdleConnTimeout: longPatience}}
}
