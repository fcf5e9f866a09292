package webhook

import (
	"time"
)

// deliver posts a parcel and does what its answer asks for. On a failure the next
// look makes it anew: what has been recalled or read meanwhile isn't in it any more.
func (c *courier) deliver(p *parcel) {
	l := c.laneOf(p)
	l.attempts++
	a := c.hub.post(c.ctx, &c.rec, p.id(), l.attempts, p.body(c.rec.Name))
	if a.verdict != taken && c.ctx.Err() != nil {
		return // it was cut off by the end
	}
	c.figures.requests(a)
	c.state.note(&a)
	switch a.verdict {
	case taken:
		c.acknowledged(l, p)
	case refused:
		c.refused(l, p, &a)
	default:
		c.failed(l, p, &a)
	}
}

// acknowledged moves on.
func (c *courier) acknowledged(l *lane, p *parcel) {
	c.figures.delivered.Add(p.count)
	c.state.delivered.Add(uint64(p.count))
	c.cursor.Delivered += uint64(p.count)
	c.recovered(l)
	l.limit = min(2*l.limit, int(c.rec.MaxBatch))
	if len(p.again) > 0 {
		c.letters.remove(p.again)
		return
	}
	c.pass(p)
}

// recovered is the end of a lane's failures.
func (c *courier) recovered(l *lane) {
	if l.failures >= quickTries {
		c.hub.cfg.Logger.Info("a webhook answers again", "webhook", c.rec.Name)
	}
	l.clear()
	c.fares()
}

// refused looks for what the receiver minds: of several sources half come alone.
// One that is refused three times is a dead letter, and one that is a dead letter
// already stays it at once.
func (c *courier) refused(l *lane, p *parcel, a *answer) {
	if n := len(p.sources); n > 1 {
		l.limit = n / 2
		l.attempts, l.refusals = 0, 0
		return
	}
	l.begin()
	l.refusals++
	if l.refusals < quickTries && len(p.again) == 0 {
		c.wait(l, delay(l.refusals, c.hub.cfg.MaxDelay), a)
		return
	}
	c.bury(l, p, a)
	l.clear()
	c.fares()
}

// failed waits, longer each time. While the endpoint is down it is asked with less
// and less: so what is given up at last is little.
func (c *courier) failed(l *lane, p *parcel, a *answer) {
	l.begin()
	l.failures++
	if l.failures == quickTries {
		c.hub.cfg.Logger.Warn("a webhook doesn't answer", "webhook", c.rec.Name, "err", a.err)
	}
	if time.Since(l.since) >= c.hub.cfg.GiveUp {
		c.bury(l, p, a)
		l.since, l.attempts, l.refusals = time.Now(), 0, 0 // of what comes now
	}
	if l.failures >= quickTries {
		l.limit = max(1, min(l.limit, len(p.sources))/2)
	}
	c.wait(l, delay(l.failures, c.hub.cfg.MaxDelay), a)
}

// wait puts the next try of a lane off, longer where the receiver asks for it.
// Letters wait for what is new, but it doesn't wait for them. The cursor is stored
// meanwhile.
func (c *courier) wait(l *lane, d time.Duration, a *answer) {
	d = max(d, a.wait)
	l.due = time.Now().Add(d)
	c.fares()
	if time.Since(c.storedAt) >= storeEvery {
		c.store()
	}
	if l == &c.fresh {
		c.sleep(d)
	}
}

// bury makes dead letters of a parcel, and moves on.
func (c *courier) bury(l *lane, p *parcel, a *answer) {
	c.figures.dead.Add(p.count)
	if len(p.again) > 0 {
		c.letters.refused(p.again, a.err)
		return
	}
	if c.letters.add(p, a.err, l.since) {
		c.pass(p)
	}
}
