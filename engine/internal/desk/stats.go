package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"gannet/codec/wire"
	"gannet/engine/internal/failpoint"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

const (
	maxCounted = 50_000 // sessions that one call of Stats reads
	countPage  = 1_000
	usualRange = 24 * time.Hour
)

var (
	errRange = wire.NewError(wire.ReasonBadRequest, "from must be before to")
	errStats = wire.NewError(wire.ReasonForbidden, "figures are the supervisors' to see")
)

// Stats are figures of the desk: what is now, and of the sessions that were
// opened in a range of time, newest first until there are too many.
type Stats struct {
	Live      Live
	From, To  int64 // Unix milliseconds; From is in it, To is not
	Truncated bool  // there are more than were counted: the oldest are missing
	Opened    int   // sessions
	Tally
	Agents []AgentStats // by user id
}

// Tally is what can be said of many sessions.
type Tally struct {
	States        [storage.DeskClosed + 1]int // how many are in each now
	Closed        map[string]int              // by reason
	Abandoned     int                         // of them: the visitor left before an agent came
	Reassigned    int                         // agents who didn't write in time
	Wait          Spread                      // in the queue, of those that have or had an agent
	FirstResponse Spread                      // from the opening to the agent's first message
	Handling      Spread                      // from the last assignment to the end, of those that had an agent then
	Ratings       Ratings
}

// AgentStats is the tally of the sessions that an agent has or had last.
type AgentStats struct {
	User, Name string
	Sessions   int
	Tally
}

// Spread is how a time is distributed. Median and P90 are times that occurred.
type Spread struct {
	Count                int
	Average, Median, P90 time.Duration
}

// Ratings are how visitors liked it.
type Ratings struct {
	Count   int
	Average float64 // 0 where there is none
	Stars   [5]int  // how many gave one to five
}

// Stats returns figures of the sessions that were opened from one time to another,
// Unix milliseconds; to 0 is now, from 0 a day before to or the beginning. They are for supervisors
// and backends.
func (d *Desk) Stats(ctx context.Context, by Actor, from, to int64) (Stats, error) {
	if d.Role(by) < RoleSupervisor {
		return Stats{}, errStats
	}
	if to == 0 {
		to = failpoint.Wall(time.Now()).UnixMilli() + 1
	}
	if from == 0 {
		from = max(to-usualRange.Milliseconds(), 0)
	}
	if from < 0 || from >= to {
		return Stats{}, errRange
	}
	st := Stats{From: from, To: to}
	c := newCounting()
	var err error
	if st.Truncated, err = d.count(ctx, &st, c); err == nil {
		st.Live, err = d.Live(ctx)
	}
	if err == nil {
		st.Opened, st.Tally = c.all.sessions, c.all.tally()
		st.Agents, err = d.agentStats(c)
	}
	return st, d.refusal(err)
}

// count reads the sessions of the range, and says whether it has left some out.
func (d *Desk) count(ctx context.Context, st *Stats, c *counting) (truncated bool, err error) {
	f := storage.DeskFilter{From: st.From, To: st.To}
	for after := ""; ; {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		var list []storage.DeskSession
		if list, after, err = d.db.DeskSessions(f, after, countPage); err != nil {
			return false, err
		}
		for i := range list {
			c.add(&list[i])
		}
		if after == "" || c.all.sessions >= maxCounted {
			return after != "", nil
		}
	}
}

func (d *Desk) agentStats(c *counting) ([]AgentStats, error) {
	list := make([]AgentStats, 0, len(c.agents))
	for user, a := range c.agents {
		list = append(list, AgentStats{User: user, Name: user, Sessions: a.sessions, Tally: a.tally()})
	}
	slices.SortFunc(list, func(a, b AgentStats) int { return strings.Compare(a.User, b.User) })
	err := d.seq.Ask(func(*sequencer.Tx) {
		for i := range list {
			if a := d.floor.agents[list[i].User]; a != nil && a.rec.Name != "" {
				list[i].Name = a.rec.Name
			}
		}
	})
	return list, err
}
