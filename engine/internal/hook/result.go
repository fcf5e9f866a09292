package hook

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"gannet/engine/internal/metrics"
)

// result is what became of a question.
type result uint8

const (
	allowed     result = iota
	denied             // the message is refused
	changed            // its content is another now
	timedOut           // no answer within the time
	unreachable        // no connection, or it broke; a proxy that says so
	badAnswer          // an answer that can't be used
	notAsked           // the circuit is open
)

var results = [...]string{"allow", "deny", "change", "timeout", "unreachable", "bad_answer", "not_asked"}

// alive reports whether the service is there. Be its answer as bad as it may: a
// sender who knows how to provoke one must not be able to switch the hook off for
// everybody.
func (r result) alive() bool { return r != timedOut && r != unreachable }

// missed is the result of a request that got no answer.
func missed(ctx context.Context) result {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return timedOut
	}
	return unreachable
}

// ofStatus is the result of an answer that isn't 200. What a proxy says of a
// service that isn't there is no answer of the service.
func ofStatus(status int) result {
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return unreachable
	}
	return badAnswer
}

// Figures count what is asked. They are there without a hook, too.
type Figures struct {
	requests [len(results)]metrics.Counter
	seconds  metrics.Histogram
}

// NewFigures registers them.
func NewFigures(m *metrics.Registry) *Figures {
	f := &Figures{seconds: m.Histogram(metrics.HookSeconds)}
	for i, word := range results {
		f.requests[i] = m.Counter(metrics.HookRequests, word)
	}
	return f
}

func (f *Figures) count(r result)       { f.requests[r].Inc() }
func (f *Figures) took(d time.Duration) { f.seconds.Observe(d.Seconds()) }

// quiet lets one line of a log through every ten seconds.
type quiet struct{ next atomic.Int64 }

func (q *quiet) over(now time.Time) bool {
	next := q.next.Load()
	return now.UnixNano() >= next && q.next.CompareAndSwap(next, now.Add(10*time.Second).UnixNano())
}
