package chaos

import (
	"context"
	"time"
)

// traffic lets the users chat for a while.
func (c *campaign) traffic(ctx context.Context) {
	pause(ctx, between(c.rng, shortTraffic, longTraffic))
}

// down takes the server away, in some way that returns when it is gone. What is
// answered from then on has been answered by the next one.
func (c *campaign) down(end func()) {
	a := c.world.addr.Swap(nil)
	end()
	if a != nil {
		a.gone = c.rec.now()
	}
	c.answered = c.rec.awaitSend()
}

// maxStarts is how many servers in a row may strike themselves while they start.
const maxStarts = 20

// up starts the next server and waits until it has answered a send.
func (c *campaign) up(ctx context.Context) {
	for range maxStarts {
		err := c.launch()
		if err == nil {
			err = c.await(ctx)
		}
		switch {
		case err == nil:
			c.recover(ctx)
			return
		case ctx.Err() != nil:
			return
		case !c.struck():
			c.rec.find(kindStart, "", "%v", err)
			c.dead = true
			return
		}
	}
	c.rec.find(kindStart, "", "%d servers in a row have ended while they started", maxStarts)
	c.dead = true
}

// struck reports whether the server has met its fault, which it was told to do to
// itself.
func (c *campaign) struck() bool {
	if c.left == 0 || c.fault.env == nil {
		return false
	}
	select {
	case <-c.server.done:
		return c.server.signalled()
	default:
		return false
	}
}

// launch starts a server. One that is to be struck gets the fault's environment:
// any but the last of the campaign.
func (c *campaign) launch() error {
	env := c.env
	if c.left > 0 && c.fault.env != nil {
		env = append(env[:len(env):len(env)], c.fault.env(c.rng)...)
	}
	s, err := startServer(c.program, c.data(), c.settings, env)
	if err == nil {
		c.server = s
	}
	return err
}

// await waits for the server to take traffic, and lets the clients know.
func (c *campaign) await(ctx context.Context) error {
	if err := c.server.await(ctx); err != nil {
		return err
	}
	c.world.addr.Store(&address{ws: c.server.ws, http: c.server.http})
	return nil
}

// recover waits until a send is answered that was begun after the fault. A server
// that is to strike itself may do so before.
func (c *campaign) recover(ctx context.Context) {
	if c.answered == nil {
		return
	}
	patience := time.NewTimer(startPatience)
	defer patience.Stop()
	select {
	case d := <-c.answered:
		c.recoveries = append(c.recoveries, d)
	case <-c.server.done:
		if !c.struck() {
			c.rec.find(kindStop, "", "the server ended by itself with %s; it logged:\n%s", c.server.cmd.ProcessState, c.server.log)
		}
	case <-patience.C:
		c.rec.find(kindUnanswered, "", "nothing is answered within %s; the server logged:\n%s", startPatience, c.server.log)
	case <-ctx.Done():
	}
}
