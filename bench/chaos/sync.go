package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"gannet/bench/checker"
)

// syncing is a sync that is under way. To the checker it is one operation for
// each conversation.
type syncing struct {
	cid   string
	since time.Time
	ops   map[*conversation]operation
	came  map[*conversation][]pushed // since it was begun, of the same conversations
}

// includes reports whether a sync is under way that asks for a conversation.
func (s *syncing) includes(conv *conversation) bool {
	if s == nil {
		return false
	}
	_, ok := s.ops[conv]
	return ok
}

// syncLimit is the most that one sync brings of a conversation.
const syncLimit = 500

// isBehind reports whether the connection has to sync before it does anything
// else.
func (c *client) isBehind() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.behind && c.syncing == nil
}

// sync asks for what came after what the device has of every conversation. back
// may name one of which it asks for some again: a random part. There is one sync
// at a time.
func (c *client) sync(ctx context.Context, rng *rand.Rand, back *conversation) bool {
	r, ok := c.beginSync(rng, back)
	return !ok || c.say(ctx, r)
}

func (c *client) beginSync(rng *rand.Rand, back *conversation) (r request, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.syncing != nil {
		return r, false
	}
	c.behind = false
	s := &syncing{since: time.Now(), ops: make(map[*conversation]operation), came: make(map[*conversation][]pushed)}
	r = request{Type: "sync", Limit: syncLimit, Cursors: make(map[string]uint64)}
	for _, conv := range c.user.convs {
		cursor := c.places[conv].upTo
		if conv == back {
			cursor = rng.Uint64N(cursor + 1)
		}
		s.ops[conv] = c.rec.invoke(checker.Event{
			User: c.user.name, Conn: c.conn, Verb: checker.Sync, Conv: conv.id, After: cursor,
		})
		r.Cursors[conv.id] = cursor
		s.cid = fmt.Sprint("op", s.ops[conv].event.Op)
	}
	r.CID, c.syncing = s.cid, s
	return r, true
}

// synced takes the end of a sync. Two users who never wrote to each other have no
// conversation: it is gone, which is to the checker as if it were empty.
func (c *client) synced(m *message) {
	s := c.syncing
	if s == nil || m.CID != s.cid {
		c.rec.find(kindGarbled, "", "%s was told of the end of a sync that it hadn't begun: %+v", c.user.name, m)
		return
	}
	c.syncing = nil
	for conv, op := range s.ops {
		result, named := m.Convs[conv.id]
		switch {
		case result.Gone && conv.group != "":
			c.pushedAll(conv, s.came[conv])
			c.refused(op, c.user.name, "not_member", "gone")
			continue
		case !named:
			c.rec.find(kindGarbled, conv.id, "a sync of %s says nothing of it", c.user.name)
		}
		live, came := bySync(s.came[conv], op.event.After)
		c.pushedAll(conv, live)
		answer := checker.Event{HasMore: result.HasMore, Entries: came}
		if len(came) > 0 && !conv.sees(c.user.name) {
			answer.After = came[0].Seq - 1
		}
		c.rec.ok(op, answer)
	}
	for id, result := range m.Convs {
		switch conv := c.byID[id]; {
		case conv == nil || c.places[conv] == nil:
			c.rec.find(kindGarbled, id, "a sync of %s tells of it, who is no member", c.user.name)
		case !result.Gone || conv.group == "":
			c.broughtUpTo(conv, result)
		}
	}
}

// broughtUpTo takes what a sync says of where it has ended. Everything up to there
// was sent, also what its user has sent.
func (c *client) broughtUpTo(conv *conversation, result syncedConv) {
	p := c.places[conv]
	if lacking := p.lacking(result.Seq); len(lacking) > 0 && conv.stays(c.user.name) {
		c.rec.find(kindUndelivered, conv.id, "a sync of connection %d of %s says that it has brought everything up to %d, and lacks %v",
			c.conn, c.user.name, result.Seq, lacking)
	}
	p.synced(result.Seq, result.HasMore)
	c.behind = c.behind || result.HasMore
}

// abandonSync notes how far a sync has come whose end won't: what it has brought
// are the first of more entries. Where that can't be told from what was pushed, or
// the user may have been put out meanwhile, it is forgotten.
func (c *client) abandonSync() {
	for conv, op := range c.syncing.ops {
		live, came := bySync(c.syncing.came[conv], op.event.After)
		c.pushedAll(conv, live)
		if c.tracked && !c.places[conv].live && conv.stays(c.user.name) && len(came) > 0 {
			c.rec.ok(op, checker.Event{HasMore: true, Entries: came})
		} else {
			c.rec.unknown(op, c.at)
		}
	}
}

// bySync tells what was pushed before the server came to a sync from what is the
// sync's. That is above the cursor; and what was pushed is, but for what a simple
// client is sent at the beginning, above everything that the device had, so that
// the smallest place above the cursor is the sync's when it comes for the last
// time.
func bySync(all []pushed, cursor uint64) (live []pushed, came []checker.Entry) {
	first := len(all)
	for i, p := range all {
		if p.entry.Seq > cursor && (first == len(all) || p.entry.Seq <= all[first].entry.Seq) {
			first = i
		}
	}
	for _, p := range all[first:] {
		came = append(came, p.entry)
	}
	return all[:first], came
}

// pushedAll notes what turned out to be no part of a sync.
func (c *client) pushedAll(conv *conversation, all []pushed) {
	for _, p := range all {
		c.rec.push(c.user.name, c.conn, conv.id, p)
	}
}
