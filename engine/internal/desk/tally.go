package desk

import (
	"slices"
	"time"

	"gannet/storage"
)

// counting is what the figures of a range of time are made from.
type counting struct {
	all    count
	agents map[string]*count
}

// count is what is kept of each session that was counted.
type count struct {
	sessions, reassigned        int
	states                      [storage.DeskClosed + 1]int
	closed                      map[string]int
	waits, responses, handlings []int64 // milliseconds
	stars                       [5]int
}

func newCounting() *counting {
	return &counting{all: count{closed: make(map[string]int)}, agents: make(map[string]*count)}
}

func (c *counting) add(s *storage.DeskSession) {
	c.all.add(s)
	if s.Agent == "" {
		return
	}
	a := c.agents[s.Agent]
	if a == nil {
		a = &count{closed: make(map[string]int)}
		c.agents[s.Agent] = a
	}
	a.add(s)
}

func (c *count) add(s *storage.DeskSession) {
	c.sessions++
	c.states[s.State]++
	c.reassigned += int(s.Reassigned)
	if s.State == storage.DeskClosed {
		c.closed[s.Reason]++
	}
	if 1 <= s.Rating && int(s.Rating) <= len(c.stars) {
		c.stars[s.Rating-1]++
	}
	c.waits = between(c.waits, s.QueuedAt, s.AssignedAt)
	c.responses = between(c.responses, s.CreatedAt, s.FirstReplyAt)
	if s.Agent != "" { // else nobody had it at the end
		c.handlings = between(c.handlings, s.AssignedAt, s.ClosedAt)
	}
}

// between adds the time from one moment to another, where both have come, and in
// this order: a session that waits once more has an older assignment.
func between(times []int64, from, to int64) []int64 {
	if from == 0 || to < from {
		return times
	}
	return append(times, to-from)
}

func (c *count) tally() Tally {
	return Tally{
		States: c.states, Closed: c.closed, Abandoned: c.closed[ReasonAbandoned], Reassigned: c.reassigned,
		Wait: spread(c.waits), FirstResponse: spread(c.responses), Handling: spread(c.handlings), Ratings: ratings(c.stars),
	}
}

// spread sorts times, in milliseconds.
func spread(times []int64) Spread {
	n := len(times)
	if n == 0 {
		return Spread{}
	}
	slices.Sort(times)
	var sum int64
	for _, t := range times {
		sum += t
	}
	at := func(percent int) time.Duration { // the least that so many are not above
		return time.Duration(times[(n*percent+99)/100-1]) * time.Millisecond
	}
	return Spread{
		Count: n, Average: time.Duration(sum/int64(n)) * time.Millisecond, Median: at(50), P90: at(90),
	}
}

func ratings(stars [5]int) Ratings {
	r := Ratings{Stars: stars}
	sum := 0
	for i, n := range stars {
		r.Count += n
		sum += (i + 1) * n
	}
	if r.Count > 0 {
		r.Average = float64(sum) / float64(r.Count)
	}
	return r
}
