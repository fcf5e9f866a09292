package client

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync/atomic"

	"gannet/codec"
	"gannet/codec/wire"
)

// ErrCIDInUse is the error of a request whose cid another one, still unanswered,
// has already.
var ErrCIDInUse = errors.New("client: the cid is in use")

// Pending is a request that was handed over and may not be answered yet.
type Pending struct {
	cid    string
	order  uint64
	packet []byte // the request, ready to be sent again
	done   chan struct{}
	slots  chan struct{}

	// set before done is closed
	reply *reply
	err   error
}

// CID returns the request's cid: the one given, or the one drawn for it.
func (p *Pending) CID() string { return p.cid }

// Done returns a channel that is closed when the request is answered or has
// failed.
func (p *Pending) Done() <-chan struct{} { return p.done }

// Wait waits for the answer to a send. Where ctx ends first the send goes on,
// and Wait may be called again.
func (p *Pending) Wait(ctx context.Context) (Sent, error) {
	r, err := p.wait(ctx)
	if err != nil {
		return Sent{CID: p.cid}, err
	}
	return Sent{CID: p.cid, ID: r.ID, ConvID: r.ConvID, Seq: r.Seq, Time: r.Time}, nil
}

func (p *Pending) wait(ctx context.Context) (*reply, error) {
	select {
	case <-p.done:
		return p.reply, p.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (p *Pending) settle(r *reply) {
	p.reply = r
	if r.Type == "error" {
		p.err = r.refusal()
	}
	p.end()
}

func (p *Pending) fail(err error) {
	p.err = err
	p.end()
}

func (p *Pending) end() {
	<-p.slots
	close(p.done)
}

// cids returns a source of cids that no other client draws.
func cids() func() string {
	prefix := randomName() + "-"
	var n atomic.Uint64
	return func() string { return prefix + strconv.FormatUint(n.Add(1), 36) }
}

// call checks r and hands it over, waiting while Config.Window requests are
// unanswered. Nothing of r is kept.
func (c *Client) call(ctx context.Context, r *wire.Request) (*Pending, error) {
	if r.CID == "" {
		r.CID = c.names()
	}
	p := &Pending{cid: r.CID, done: make(chan struct{}), slots: c.slots}
	if err := r.Check(); err != nil {
		return p, err
	}
	p.packet = wire.AppendRequest(nil, r)
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return p, context.Cause(ctx)
	case <-c.done:
		return p, c.Err()
	}
	if err := c.submit(p); err != nil {
		<-c.slots
		return p, err
	}
	return p, nil
}

func (c *Client) submit(p *Pending) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls == nil {
		return c.err
	}
	if c.calls[p.cid] != nil {
		return ErrCIDInUse
	}
	c.order++
	p.order = c.order
	c.calls[p.cid] = p
	if c.link != nil {
		c.link.send(codec.OpText, p.packet)
	}
	return nil
}

// ask is call and the wait for the answer; a request that is given up is
// forgotten.
func (c *Client) ask(ctx context.Context, r *wire.Request) (*reply, string, error) {
	p, err := c.call(ctx, r)
	if err != nil {
		return nil, p.cid, err
	}
	answer, err := p.wait(ctx)
	if err != nil {
		c.forget(p)
	}
	return answer, p.cid, err
}

// forget gives a request up, unless its answer has come by now.
func (c *Client) forget(p *Pending) {
	c.mu.Lock()
	mine := c.calls[p.cid] == p
	if mine {
		delete(c.calls, p.cid)
	}
	c.mu.Unlock()
	if mine {
		p.fail(context.Canceled)
	}
}

// claim takes the request with the given cid out of the table. Whoever gets it
// must end it.
func (c *Client) claim(cid string) *Pending {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.calls[cid]
	delete(c.calls, cid)
	return p
}

// resend queues every unanswered request again, in the order in which they were
// made. Called with mu held.
func (c *Client) resend() {
	byOrder := func(a, b *Pending) int { return cmp.Compare(a.order, b.order) }
	for _, p := range slices.SortedFunc(maps.Values(c.calls), byOrder) {
		c.link.send(codec.OpText, p.packet)
	}
}
