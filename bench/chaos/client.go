package chaos

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"

	"gannet/bench/checker"
)

// A client is a device of a user that chats by WebSocket and connects again
// whenever it is cut off.
type client struct {
	*world
	user    *user
	device  string
	tracked bool
	patient time.Duration // how long it waits for an answer before it connects again

	mu      sync.Mutex
	ws      *websocket.Conn
	at      *address // of the server that it is connected to; nil: none
	conn    uint64
	looks   uint64             // at lists
	waiting map[string]*waiter // by cid
	syncing *syncing           // nil: none under way
	behind  bool               // a sync has left more for the next
	places  map[*conversation]*places
}

// waiter is a request that waits for its answer.
type waiter struct {
	op    operation
	cid   string
	since time.Time
	conv  *conversation
	send  *send    // of a send
	page  page     // of a history
	place uint64   // of a read
	list  *listing // of a look
}

func newClient(w *world, u *user, device string, tracked bool) *client {
	c := &client{world: w, user: u, device: device, tracked: tracked, places: make(map[*conversation]*places)}
	for _, conv := range u.convs {
		c.places[conv] = newPlaces()
	}
	return c
}

// How long clients wait for an answer. The short one ends connections to a server
// that is halted, the long one lives through it.
const (
	shortPatience = time.Second
	longPatience  = 10 * time.Second
)

// run chats until ctx ends.
func (c *client) run(ctx context.Context, rng *rand.Rand) {
	c.patient = shortPatience
	if rng.IntN(2) == 0 {
		c.patient = longPatience
	}
	for ctx.Err() == nil {
		if a := c.server(ctx); a != nil {
			c.session(ctx, a, rng)
		}
		pause(ctx, between(rng, look, 20*look))
	}
}

// session is one connection, from its upgrade to its end.
func (c *client) session(ctx context.Context, a *address, rng *rand.Rand) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ws, err := c.dial(ctx, a)
	if err != nil {
		return
	}
	ws.SetReadLimit(-1)
	c.mu.Lock()
	c.ws, c.at, c.conn, c.waiting, c.syncing, c.behind = ws, a, c.rec.connection(), make(map[string]*waiter), nil, c.tracked
	for _, p := range c.places {
		p.live, p.from, p.last = false, 0, 0
	}
	c.mu.Unlock()
	var reader sync.WaitGroup
	reader.Go(func() {
		defer cancel()
		c.listen(ctx)
	})
	c.chat(ctx, rng)
	_ = ws.CloseNow() // it is over either way
	reader.Wait()
	c.abandon()
}

func (c *client) dial(ctx context.Context, a *address) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patient)
	defer cancel()
	options := &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + c.user.token}}}
	if c.tracked {
		options.Subprotocols = []string{"gannet.v1"}
	}
	ws, resp, err := websocket.Dial(ctx, "ws://"+a.ws+"/ws?device="+url.QueryEscape(c.device), options)
	if err != nil && resp != nil {
		c.judgeUpgrade(resp.StatusCode, err)
	}
	return ws, err
}

// judgeUpgrade looks at the status of an upgrade that was refused: a server may be
// stopping, or have too many logins at once.
func (c *client) judgeUpgrade(status int, err error) {
	if status != http.StatusServiceUnavailable {
		c.rec.find(kindRefused, "", "an upgrade of %s was answered %d: %v", c.user.name, status, err)
	}
}

// closedByHeartbeat is the code for a connection on which nothing was heard.
const closedByHeartbeat = 4009

// judgeClose looks at what ended a connection: the network, the client itself, or
// a server that says why.
func (c *client) judgeClose(err error) {
	switch code := websocket.CloseStatus(err); code {
	case -1, websocket.StatusGoingAway, websocket.StatusServiceRestart, websocket.StatusTryAgainLater:
	default:
		if code != closedByHeartbeat || !c.halts {
			c.rec.find(kindClosed, "", "connection %d of %s was closed: %v", c.conn, c.user.name, err)
		}
	}
}

// chat does one thing after the other until the connection ends.
func (c *client) chat(ctx context.Context, rng *rand.Rand) {
	for pause(ctx, breath(rng)) {
		if c.overdue() || !c.act(ctx, rng) {
			return
		}
	}
}

// listen takes in what comes until the connection ends.
func (c *client) listen(ctx context.Context) {
	for {
		_, text, err := c.ws.Read(ctx)
		if err != nil {
			c.judgeClose(err)
			return
		}
		var m message
		if err := json.Unmarshal(text, &m); err != nil {
			c.rec.find(kindGarbled, "", "%s was sent %q: %v", c.user.name, text, err)
			return
		}
		c.hear(&m)
	}
}

// overdue reports whether an answer is due for too long.
func (c *client) overdue() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.waiting {
		if time.Since(w.since) > c.patient {
			return true
		}
	}
	return c.syncing != nil && time.Since(c.syncing.since) > c.patient
}

// abandon notes that nothing that is waited for will come any more.
func (c *client) abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.judgeDelivery()
	for _, w := range c.waiting {
		c.lost(w)
	}
	if c.syncing != nil {
		c.abandonSync()
	}
	c.at, c.waiting, c.syncing = nil, nil, nil
}

// judgeDelivery looks for what the connection wasn't sent. What comes in during a
// sync waits for its end, so that nothing is owed then.
func (c *client) judgeDelivery() {
	if !c.tracked || c.syncing != nil {
		return
	}
	for conv, p := range c.places {
		if missing := p.missing(); len(missing) > c.underWay(conv) && conv.stays(c.user.name) {
			c.rec.find(kindUndelivered, conv.id, "connection %d of %s was sent entries above %v, and not these", c.conn, c.user.name, missing)
		}
	}
}

// lost notes that a request won't be answered.
func (c *client) lost(w *waiter) {
	if w.list != nil {
		c.lostList(w.list, c.at)
		return
	}
	c.rec.unknown(w.op, c.at)
	switch w.op.event.Verb {
	case checker.Send:
		c.user.again(w.send)
	case checker.Read:
		c.user.hasRead(w.conv, w.place, false)
	}
}

// underWay is how many sends to a conversation wait for their answers.
func (c *client) underWay(conv *conversation) (n int) {
	for _, w := range c.waiting {
		if w.send != nil && w.conv == conv {
			n++
		}
	}
	return n
}
