package webhook

import (
	"sync"
	"sync/atomic"
	"time"
)

// The states of an endpoint.
const (
	StateOK       = "ok"
	StateRetrying = "retrying" // a request has failed; it is tried again soon
	StateOpen     = "open"     // several have: it is tried from time to time, with little
	StatePaused   = "paused"
)

// Status is an endpoint and how it fares. Its times are Unix milliseconds, 0:
// never, or not now.
type Status struct {
	Name           string
	URL            string
	Insecure       bool // what is posted can be read on the way
	Events         []string
	MaxBatch       int
	OfflineMembers int
	Paused         bool
	CreatedAt      int64

	State      string
	LagEntries int64         // entries of the log that it hasn't been told of
	LagTime    time.Duration // for how long the oldest of them waits
	Delivered  uint64        // events that it has acknowledged
	Dead       int64         // letters
	Failures   int           // in a row
	NextTryAt  int64
	LastOKAt   int64
	LastError  string
	LastErrAt  int64
}

// status is what a courier tells of itself.
type status struct {
	delivered atomic.Uint64
	failures  atomic.Int64

	mu                sync.Mutex
	nextTry           time.Time
	lastOK, lastError time.Time
	err               string
}

// note keeps what a receiver said.
func (s *status) note(a *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.verdict == taken {
		s.lastOK = time.Now()
		return
	}
	s.lastError, s.err = time.Now(), a.err
	if a.shown != "" {
		s.err += ": " + a.shown
	}
}

// failing notes how many failures there were in a row, and when the next try is.
func (s *status) failing(n int, next time.Time) {
	s.failures.Store(int64(n))
	s.mu.Lock()
	s.nextTry = next
	s.mu.Unlock()
}

// status is what the operator sees.
func (c *courier) status() Status {
	s := &c.state
	s.mu.Lock()
	defer s.mu.Unlock()
	return Status{
		Name: c.rec.Name, URL: c.rec.URL, Insecure: open(c.rec.URL), Events: c.rec.Events, MaxBatch: int(c.rec.MaxBatch),
		OfflineMembers: int(c.rec.OfflineMembers), Paused: c.rec.Paused, CreatedAt: c.rec.CreatedAt,
		State: c.stateWord(), LagEntries: c.lag.Load(), LagTime: c.lagTime(), Delivered: s.delivered.Load(), Dead: c.letters.n.Load(),
		Failures: int(s.failures.Load()), NextTryAt: milli(s.nextTry), LastOKAt: milli(s.lastOK), LastError: s.err, LastErrAt: milli(s.lastError),
	}
}

func (c *courier) stateWord() string {
	switch n := c.state.failures.Load(); {
	case c.idle():
		return StatePaused
	case n >= quickTries:
		return StateOpen
	case n > 0:
		return StateRetrying
	}
	return StateOK
}

func (c *courier) lagTime() time.Duration {
	since := c.behind.Load()
	if since == 0 {
		return 0
	}
	return max(0, time.Since(time.UnixMilli(since)))
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
