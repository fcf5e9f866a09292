package client

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gannet/codec"
	"gannet/codec/wire"
)

// maxCursorBytes bounds the cursors of one sync request: servers take requests
// of 64 KiB, and the cursors of many conversations may be more.
const maxCursorBytes = 32 << 10

// syncer asks for what is missing, one request at a time. Guarded by the
// client's mu.
type syncer struct {
	cid   string            // of the request under way, "" if there is none
	asked map[string]uint64 // its cursors
	whole bool              // the next request is sent even without cursors
	todo  []string          // conversations to ask for
	wait  []chan error      // who waits until there is nothing more to ask for
}

// want puts a conversation on the list.
func (s *syncer) want(conv string) {
	if _, under := s.asked[conv]; s.cid != "" && under {
		return // when its answer has come, the track is looked at again
	}
	if !slices.Contains(s.todo, conv) {
		s.todo = append(s.todo, conv)
	}
}

func (s *syncer) release(err error) {
	for _, w := range s.wait {
		w <- err
	}
	s.wait = nil
}

// Sync asks for everything that the client does not have yet, and returns when
// it has been handed to Receive. Somebody must be receiving meanwhile.
func (c *Client) Sync(ctx context.Context) error {
	done := make(chan error, 1)
	c.mu.Lock()
	if c.calls == nil {
		c.mu.Unlock()
		return c.Err()
	}
	c.sync.wait = append(c.sync.wait, done)
	c.sync.whole = true
	c.wantAll()
	c.syncOn()
	c.mu.Unlock()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// syncAll starts over on a new link. A simple client that knows nothing yet is
// sent its backlog without asking. Called with mu held.
func (c *Client) syncAll() {
	c.sync.cid, c.sync.todo = "", nil
	if c.cfg.SendOnly {
		return
	}
	c.wantAll()
	c.sync.whole = c.cfg.Tracked || len(c.sync.wait) > 0 || len(c.sync.todo) > 0
	c.syncOn()
}

func (c *Client) wantAll() {
	for conv, t := range c.tracks {
		if t.known {
			c.sync.want(conv)
		}
	}
}

// syncOn sends the next request if there is one to send and none under way.
// Called with mu held.
func (c *Client) syncOn() {
	s := &c.sync
	if s.cid != "" || c.link == nil {
		return
	}
	if !s.whole && len(s.todo) == 0 {
		s.release(nil)
		return
	}
	r := wire.Request{Verb: wire.VerbSync, CID: c.names(), Limit: wire.MaxSyncLimit}
	r.Cursors = c.nextCursors()
	r.HasCursors = len(r.Cursors) > 0
	s.cid, s.whole = r.CID, false
	c.link.send(codec.OpText, wire.AppendRequest(nil, &r))
}

// nextCursors takes as many conversations off the list as one request holds.
func (c *Client) nextCursors() (cursors []wire.Cursor) {
	s := &c.sync
	s.asked = make(map[string]uint64)
	for size := 0; len(s.todo) > 0 && size < maxCursorBytes; s.todo = s.todo[1:] {
		conv := s.todo[0]
		t := c.track(conv)
		t.lost = false
		s.asked[conv] = t.last
		cursors = append(cursors, wire.Cursor{ConvID: conv, Seq: t.last})
		size += len(conv) + len(`"":9007199254740991,`)
	}
	return cursors
}

func (c *Client) syncing(cid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cid != "" && c.sync.cid == cid
}

// onSynced ends a request: what the server did not send up to here does not
// exist, or is not for us.
func (c *Client) onSynced(r *reply) error {
	if !c.syncing(r.CID) {
		return nil
	}
	for conv, end := range r.Convs {
		err := error(nil)
		if end.Gone {
			err = c.lose(conv)
		} else {
			c.goBack(conv, end.Seq)
			err = c.settle(conv, end.Seq, end.HasMore)
		}
		if err != nil {
			return err
		}
	}
	return c.syncDone(r)
}

// syncRefused gives the conversations up that the server does not let us see. One
// that comes too early, beside the backlog of a simple client, is asked for again.
// Any other refusal ends the link, and the next one asks.
func (c *Client) syncRefused(r *reply) error {
	switch r.Code {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound:
		return c.syncDone(r)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		c.syncLater(max(r.retryAfter(), leastWait))
		return nil
	}
	return r.refusal()
}

// leastWait is how long a sync that was refused waits at least.
const leastWait = 50 * time.Millisecond

// syncLater asks again for what the request under way asked for, unless there is
// another link by then, which has begun anew.
func (c *Client) syncLater(after time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.link
	time.AfterFunc(after, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.link != l || l == nil {
			return
		}
		c.sync.cid, c.sync.whole = "", true
		for conv := range c.sync.asked {
			c.sync.want(conv)
		}
		c.syncOn()
	})
}

// syncDone settles the conversations that the answer did not name: there is
// nothing new in them. Then it goes on with what is left to ask.
func (c *Client) syncDone(r *reply) error {
	for conv, from := range c.sync.asked { // only this goroutine changes it while cid is set
		if _, named := r.Convs[conv]; named {
			continue
		}
		if err := c.settle(conv, from, false); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sync.cid = ""
	for conv, t := range c.tracks {
		if t.gap() {
			c.sync.want(conv)
		}
	}
	c.syncOn()
	return nil
}

// goBack takes in that the server's log ends before what was asked for: it was
// restored from an older backup. What it writes from now on is new, though the
// places were taken before.
func (c *Client) goBack(conv string, end uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.track(conv)
	if from, asked := c.sync.asked[conv]; asked && end < from && len(t.held) == 0 {
		*t = track{last: end, known: true}
		c.sync.asked[conv] = end
		c.received.seqs[conv] = min(c.received.seqs[conv], end)
	}
}

// lose forgets a conversation that is not the user's any more, once what had come
// of it is handed on.
func (c *Client) lose(conv string) error {
	c.mu.Lock()
	t := c.track(conv)
	last := t.last
	if n := len(t.held); n > 0 {
		last = t.held[n-1].seq
	}
	c.mu.Unlock()
	if err := c.drainTo(t, last); err != nil {
		return err
	}
	c.mu.Lock()
	delete(c.tracks, conv)
	c.mu.Unlock()
	return c.hand(entry{conv: conv, event: &Event{Kind: ConversationGone, ConvID: conv}})
}

// settle takes in that the server has sent a conversation up to seq.
func (c *Client) settle(conv string, seq uint64, more bool) error {
	c.mu.Lock()
	t := c.track(conv)
	from, asked := c.sync.asked[conv]
	if asked && seq <= from && len(t.held) > 0 && t.held[len(t.held)-1].seq > seq {
		// Nothing comes before what is held: the gap is how it is.
		seq, more = t.held[len(t.held)-1].seq, false
	}
	c.mu.Unlock()
	if err := c.drainTo(t, seq); err != nil {
		return err
	}
	if more && (!asked || seq > from) {
		c.mu.Lock()
		delete(c.sync.asked, conv)
		c.sync.want(conv)
		c.mu.Unlock()
	}
	return nil
}

// drainTo hands on everything held up to seq, over the gaps.
func (c *Client) drainTo(t *track, seq uint64) error {
	for {
		if err := c.drain(t); err != nil {
			return err
		}
		c.mu.Lock()
		settled := t.settled(seq)
		if !settled {
			t.settle(seq)
		}
		c.mu.Unlock()
		if settled {
			return nil
		}
	}
}
