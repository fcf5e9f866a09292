package webhook

import "time"

// lane is a way that parcels go: what is new has one, and dead letters that are
// sent again have another. They take turns, and one that fails doesn't hold up what
// is new.
type lane struct {
	limit    int       // sources in the next parcel
	attempts int       // of what comes next
	refusals int       // of what comes next, when it came alone
	failures int       // in a row
	since    time.Time // when what comes next has failed for the first time
	due      time.Time // when it is tried again
}

// begin notes when what comes next has failed for the first time.
func (l *lane) begin() {
	if l.since.IsZero() {
		l.since = time.Now()
	}
}

// clear forgets all failures: something else comes next.
func (l *lane) clear() { *l = lane{limit: l.limit} }

// laneOf is the lane of a parcel.
func (c *courier) laneOf(p *parcel) *lane {
	if len(p.again) > 0 {
		return &c.again
	}
	return &c.fresh
}

// fares tells how the lane that is worse off fares.
func (c *courier) fares() {
	worse := &c.fresh
	if c.again.tries() > c.fresh.tries() {
		worse = &c.again
	}
	c.state.failing(worse.tries(), worse.due)
}

// tries is how often it has failed in a row.
func (l *lane) tries() int { return max(l.failures, l.attempts) }
