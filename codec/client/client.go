package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"gannet/codec"
)

// ErrClosed is the error of a Client on which Close was called.
var ErrClosed = errors.New("client: closed")

// steady is how long a connection must have held for the next break to count as
// the first one.
const steady = time.Second

// Client is a login that keeps itself connected. See the package comment.
type Client struct {
	cfg    Config
	to     endpoint
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	done   chan struct{}     // closed when the client is over
	inbox  chan entry        // what waits for Receive
	slots  chan struct{}     // one for each unanswered request
	names  func() string     // cids
	tracks map[string]*track // changed by the reading goroutine only, under mu

	telling sync.Mutex // held while OnEvent runs

	mu       sync.Mutex
	link     *link // nil while disconnected
	token    string
	user     string
	device   string
	err      error // why the client is over
	calls    map[string]*Pending
	order    uint64 // of the last call
	sync     syncer
	received receipts
	watched  map[string]struct{} // users whose presence is watched
}

// Dial connects and logs in. A client whose first connection fails is no client:
// the error says why. ctx bounds this first connection only.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	c := newClient(cfg.withDefaults())
	var err error
	if c.to, err = c.cfg.endpoint(); err != nil {
		return nil, err
	}
	l, err := c.connect(ctx)
	if err != nil {
		c.cancel()
		return nil, err
	}
	go c.run(l)
	return c, nil
}

func newClient(cfg Config) *Client {
	c := &Client{
		cfg:      cfg,
		done:     make(chan struct{}),
		inbox:    make(chan entry, cfg.Buffer),
		slots:    make(chan struct{}, cfg.Window),
		names:    cids(),
		tracks:   make(map[string]*track),
		token:    cfg.Token,
		calls:    make(map[string]*Pending),
		received: newReceipts(cfg.Cursors),
		watched:  make(map[string]struct{}),
	}
	for conv, seq := range cfg.Cursors {
		c.tracks[conv] = &track{last: seq, known: true}
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// User returns who the server says this is.
func (c *Client) User() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.user
}

// Device returns the name of the device.
func (c *Client) Device() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.device
}

// Close says goodbye, waits until the client's goroutines have ended and fails
// what was not answered with [ErrClosed]. It may be called more than once.
func (c *Client) Close() error {
	c.cancel()
	<-c.done
	return nil
}

// Done returns a channel that is closed when the client is over: closed, or
// refused by the server for good.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err returns why the client is over, nil while it isn't.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// run keeps the client connected until it is over.
func (c *Client) run(l *link) {
	var err error
	for attempt := 0; ; {
		if l != nil {
			err = c.serve(l)
			if time.Since(l.opened) >= steady {
				attempt = 0
			}
		}
		if c.ctx.Err() != nil {
			err = ErrClosed
		}
		if c.ctx.Err() != nil || final(err) {
			c.finish(err)
			return
		}
		c.pause(attempt, askedBy(l, err))
		attempt++
		l, err = c.connect(c.ctx)
	}
}

// askedBy is after how long the server said to come back: over the link that was
// lost, or, where there was only an attempt, when it refused it with err.
func askedBy(last *link, err error) time.Duration {
	if last != nil {
		return last.asked
	}
	if refused, ok := errors.AsType[*codec.HandshakeError](err); ok {
		return refused.RetryAfter
	}
	return 0
}

// pause waits before the next attempt to connect, no less than the server asked for.
func (c *Client) pause(attempt int, asked time.Duration) {
	timer := time.NewTimer(c.cfg.Backoff.delay(attempt, asked))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.ctx.Done():
	}
}

// serve runs a link until it is over, and returns why.
func (c *Client) serve(l *link) error {
	stop := context.AfterFunc(c.ctx, func() {
		c.sendAcks(l)
		l.bye(codec.CloseNormal, "")
	})
	defer stop()
	c.attach(l)
	c.tellOf(Event{Kind: Connected, User: c.User(), Device: c.Device()})
	var writer sync.WaitGroup
	writer.Go(func() { c.write(l) })
	err := c.read(l)
	if cause := l.cause(); cause != nil {
		err = cause // the writer knew first
	}
	c.detach()
	l.bye(codec.CloseNormal, "") // the writer ends after its last frame
	writer.Wait()
	l.end(err)
	c.tellOf(Event{Kind: Disconnected, Err: err})
	return err
}

// attach makes l the current link and queues what it has to begin with.
func (c *Client) attach(l *link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.link = l
	for _, t := range c.tracks {
		t.reconnect()
	}
	c.received.again()
	c.syncAll()
	c.watchAgain()
	c.resend()
}

func (c *Client) detach() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.link = nil
	c.sync.cid = ""
}

// finish ends the client.
func (c *Client) finish(err error) {
	c.cancel()
	c.mu.Lock()
	c.err = err
	waiting := c.calls
	c.calls = nil
	c.sync.release(err)
	c.mu.Unlock()
	for _, p := range waiting {
		p.fail(err)
	}
	close(c.done)
}

// read hands every message of l to handle.
func (c *Client) read(l *link) error {
	for {
		payload, err := l.next()
		if err != nil {
			return err
		}
		r, err := decodeReply(payload)
		if err != nil {
			return l.refuse(&codec.CloseError{Code: codec.CloseUnsupported, Reason: "not the protocol"})
		}
		if err := c.handle(l, r); err != nil {
			return err
		}
	}
}

// write sends what is queued, pings, and acknowledgements, until l is over or
// its close frame has left.
func (c *Client) write(l *link) {
	ping := time.NewTicker(c.cfg.PingEvery)
	defer ping.Stop()
	acks := time.NewTimer(c.cfg.AckEvery)
	defer acks.Stop()
	var spare []byte
	for due := true; ; {
		select {
		case <-l.done:
			return
		case <-l.wake:
			if !due && c.acksWaiting() {
				acks.Reset(c.cfg.AckEvery)
				due = true
			}
		case <-acks.C:
			c.sendAcks(l)
			due = false
		case <-ping.C:
			l.send(codec.OpPing, nil)
		}
		last := l.isClosing()
		var err error
		if spare, err = l.flush(spare); err != nil {
			l.end(err)
			return
		}
		if last {
			return
		}
	}
}
