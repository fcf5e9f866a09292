package client

import (
	"maps"

	"gannet/codec"
	"gannet/codec/wire"
)

// receipts is what Receive has come to. Guarded by the client's mu.
type receipts struct {
	seqs  map[string]uint64   // the last seq of each conversation
	dirty map[string]struct{} // conversations whose seq is to be acknowledged
	acked map[string]struct{} // those acknowledged on this link
}

func newReceipts(cursors map[string]uint64) receipts {
	seqs := maps.Clone(cursors)
	if seqs == nil {
		seqs = make(map[string]uint64)
	}
	return receipts{seqs: seqs, dirty: make(map[string]struct{}), acked: make(map[string]struct{})}
}

// again puts what was acknowledged on the last link back on the list: the
// acknowledgements may not have arrived.
func (r *receipts) again() {
	maps.Copy(r.dirty, r.acked)
	clear(r.acked)
}

// Cursors returns, for each conversation, the last seq that Receive has
// come to: what to give as Config.Cursors to go on from here.
func (c *Client) Cursors() map[string]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.received.seqs)
}

// receive notes that Receive has come to e.
func (c *Client) receive(e entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.seq == 0 {
		c.received.forget(e.conv)
		return
	}
	c.received.seqs[e.conv] = e.seq
	c.toAck(e.conv)
}

// forget is for a conversation that is gone.
func (r *receipts) forget(conv string) {
	delete(r.seqs, conv)
	delete(r.dirty, conv)
	delete(r.acked, conv)
}

// repeated notes that the server sent a message again that was received: the
// acknowledgement did not reach it.
func (c *Client) repeated(conv string, seq uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.received.seqs[conv] >= seq {
		c.toAck(conv)
	}
}

// toAck puts a conversation on the writer's list. Called with mu held.
func (c *Client) toAck(conv string) {
	if !c.cfg.Tracked {
		return
	}
	first := len(c.received.dirty) == 0
	c.received.dirty[conv] = struct{}{}
	if first && c.link != nil {
		c.link.poke()
	}
}

func (c *Client) acksWaiting() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.received.dirty) > 0
}

// sendAcks queues an acknowledgement for every conversation on the list.
func (c *Client) sendAcks(l *link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var packet []byte
	for conv := range c.received.dirty {
		r := wire.Request{Verb: wire.VerbAck, ConvID: conv, Seq: c.received.seqs[conv]}
		packet = wire.AppendRequest(packet[:0], &r)
		l.send(codec.OpText, packet)
		c.received.acked[conv] = struct{}{}
	}
	clear(c.received.dirty)
}
