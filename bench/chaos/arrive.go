package chaos

import (
	"context"
	"time"
)

// arrivalPatience is how long clients may take, when nothing new is begun, to be
// connected and to be sent everything.
const arrivalPatience = 10 * time.Second

// arrive waits until every client is connected to the last server and every
// tracked one has what there is. Who was never sent the last entries of a
// conversation isn't found in any other way: nothing larger tells of a gap.
func (c *campaign) arrive(ctx context.Context) {
	ends := c.world.ends(ctx)
	limited, cancel := context.WithTimeout(ctx, arrivalPatience)
	defer cancel()
	for {
		waiting := false
		for _, client := range c.world.clients {
			waiting = waiting || client.late(ends, nil)
		}
		if !waiting {
			return
		}
		if !pause(limited, look) {
			break
		}
	}
	for _, client := range c.world.clients {
		if ctx.Err() == nil {
			client.late(ends, c.rec)
		}
	}
}

// ends reads how far each conversation goes.
func (w *world) ends(ctx context.Context) map[*conversation]uint64 {
	ends := make(map[*conversation]uint64)
	for _, conv := range w.convs {
		owner := newCaller(w, w.users[conv.members[0]])
		owner.history(ctx, page{conv: conv, limit: 1})
		ends[conv] = owner.user.highest(conv)
	}
	return ends
}

// late reports whether the client isn't connected, or is tracked and hasn't been
// sent everything of the conversations in which its user stays. What is wrong is
// noted in rec, if there is one.
func (c *client) late(ends map[*conversation]uint64, rec *recorder) (is bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at == nil || c.at != c.addr.Load() {
		if rec != nil {
			rec.find(kindCutOff, "", "the %s of %s doesn't connect within %s", c.device, c.user.name, arrivalPatience)
		}
		return true
	}
	for conv, p := range c.places {
		if c.tracked && conv.stays(c.user.name) && p.upTo < ends[conv] {
			is = true
			if rec != nil {
				rec.find(kindUndelivered, conv.id, "connection %d of %s has entries up to %d and isn't sent those up to %d within %s",
					c.conn, c.user.name, p.upTo, ends[conv], arrivalPatience)
			}
		}
	}
	return is
}
