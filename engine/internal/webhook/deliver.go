package webhook

import (
	"time"
)

// deliver posts a parcel and does what its answer asks for. On a failure the next
// look makes it anew: what has been recalled or read meanwhile isn't in it any more.
func (c *courier) deliver(p *parcel) {
	c.attempts++
	a := c.hub.post(c.ctx, &c.rec, p.id(), c.attempts, p.body(c.rec.Name))
	if a.verdict != taken && c.ctx.Err() != nil {
		return // it was cut off by the end
	}
	c.figures.requests(a)
	c.state.note(&a)
	switch a.verdict {
	case taken:
		c.acknowledged(p)
	case refused:
		c.refused(p, &a)
	default:
		c.failed(p, &a)
	}
}

// acknowledged moves on.
func (c *courier) acknowledged(p *parcel) {
	c.figures.delivered.Add(p.count)
	c.state.delivered.Add(uint64(p.count))
	c.cursor.Delivered += uint64(p.count)
	c.recovered()
	c.limit = min(2*c.limit, int(c.rec.MaxBatch))
	if len(p.again) > 0 {
		c.letters.remove(p.again)
		return
	}
	c.pass(p)
}

// recovered is the end of all failures.
func (c *courier) recovered() {
	if c.failures >= quickTries {
		c.hub.cfg.Logger.Info("a webhook answers again", "webhook", c.rec.Name)
	}
	c.attempts, c.failures, c.since = 0, 0, time.Time{}
	c.state.failing(0, time.Time{})
}

// refused looks for what the receiver minds: of several sources half come alone.
// One that is refused three times is a dead letter.
func (c *courier) refused(p *parcel, a *answer) {
	if n := len(p.sources); n > 1 {
		c.limit = n / 2
		c.attempts = 0
		return
	}
	c.begin()
	if c.attempts < quickTries {
		c.wait(delay(c.attempts, c.hub.cfg.MaxDelay), a)
		return
	}
	c.bury(p, a)
	c.failures, c.since, c.attempts = 0, time.Time{}, 0
	c.state.failing(0, time.Time{})
}

// failed waits, longer each time. While the endpoint is down it is asked with less
// and less: so what is given up at last is little.
func (c *courier) failed(p *parcel, a *answer) {
	c.begin()
	c.failures++
	if c.failures == quickTries {
		c.hub.cfg.Logger.Warn("a webhook doesn't answer", "webhook", c.rec.Name, "err", a.err)
	}
	if time.Since(c.since) >= c.hub.cfg.GiveUp {
		c.bury(p, a)
		c.since, c.attempts = time.Now(), 0 // of what is at the cursor now
	}
	if c.failures >= quickTries {
		c.limit = max(1, min(c.limit, len(p.sources))/2)
	}
	c.wait(delay(c.failures, c.hub.cfg.MaxDelay), a)
}

// begin notes when what is at the cursor has failed for the first time.
func (c *courier) begin() {
	if c.since.IsZero() {
		c.since = time.Now()
	}
}

// wait puts the next try off, longer where the receiver asks for it. The cursor is
// stored meanwhile.
func (c *courier) wait(d time.Duration, a *answer) {
	d = max(d, a.wait)
	c.state.failing(max(c.failures, c.attempts), time.Now().Add(d))
	if time.Since(c.storedAt) >= storeEvery {
		c.store()
	}
	c.sleep(d)
}

// bury makes dead letters of a parcel, and moves on.
func (c *courier) bury(p *parcel, a *answer) {
	c.figures.dead.Add(p.count)
	if len(p.again) > 0 {
		c.letters.refused(p.again, a.err)
		return
	}
	if c.letters.add(p, a.err, c.since) {
		c.pass(p)
	}
}
