package desk

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"gannet/bench"
)

// A load is sessions that are opened, given to an agent and closed, for a while.
type load struct {
	*crowd
	number *atomic.Int64 // of sessions, over all loads

	mu      sync.Mutex
	hist    *hdrhistogram.Histogram // µs from the request to the agent
	done    int64
	sum     time.Duration
	late    int64 // sessions that the schedule wanted and that there was no room for
	faults  []string
	nfaults int64
}

// longestWait is the longest time that can be told.
const longestWait = time.Minute

func newLoad(c *crowd, number *atomic.Int64) *load {
	return &load{crowd: c, number: number, hist: hdrhistogram.New(1, longestWait.Microseconds(), 3)}
}

// one plays a session and notes what came of it.
func (l *load) one(ctx context.Context, due time.Time) {
	began := time.Now()
	took, err := l.serve(ctx, l.number.Add(1))
	if ctx.Err() != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.nfaults++
		if len(l.faults) < shown {
			l.faults = append(l.faults, err.Error())
		}
		return
	}
	took += began.Sub(due)
	l.done++
	l.sum += took
	_ = l.hist.RecordValue(min(max(took.Microseconds(), 1), longestWait.Microseconds()))
}

// saturate plays as many sessions at a time for a while, one after the other.
func (l *load) saturate(ctx context.Context, atOnce int, lasts time.Duration) (took time.Duration) {
	began := time.Now()
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for time.Since(began) < lasts && ctx.Err() == nil {
				l.one(ctx, time.Now())
			}
		})
	}
	workers.Wait()
	return time.Since(began)
}

// mostAtOnce bounds the sessions that a paced load has under way. What the schedule
// wants beyond that isn't played.
const mostAtOnce = 256

// pace plays so many sessions a second until ctx ends. Times count from when the
// schedule wanted the session.
func (l *load) pace(ctx context.Context, rate int) {
	began := time.Now()
	slots := make(chan struct{}, mostAtOnce)
	var underWay sync.WaitGroup
	defer underWay.Wait()
	for i := int64(0); ; i++ {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		if !pause(ctx, time.Until(due)) {
			return
		}
		select {
		case slots <- struct{}{}:
			underWay.Go(func() {
				defer func() { <-slots }()
				l.one(context.WithoutCancel(ctx), due)
			})
		default:
			l.mu.Lock()
			l.late++
			l.mu.Unlock()
		}
	}
}

// latency is what is reported of the times; nil where there are none.
func (l *load) latency() *bench.Latency {
	if l.done == 0 {
		return nil
	}
	ms := func(percent float64) float64 { return float64(l.hist.ValueAtPercentile(percent)) / 1e3 }
	return &bench.Latency{
		Count: l.done, Avg: float64(l.sum) / float64(l.done) / float64(time.Millisecond),
		P50: ms(50), P95: ms(95), P99: ms(99), P999: ms(99.9), Max: float64(l.hist.Max()) / 1e3,
	}
}

// report fills a result with what was played in so much time.
func (l *load) report(r *bench.Result, took time.Duration) {
	r.Unit, r.Messages, r.Seconds = "assignments", l.done, took.Seconds()
	if took > 0 {
		r.MessageRate = float64(l.done) / took.Seconds()
	}
	r.Latency = l.latency()
	if l.nfaults > 0 {
		r.Faults = append(r.Faults, bench.Fault{Kind: "session failed", Count: l.nfaults, Examples: l.faults})
	}
	if err := l.err(); err != nil {
		r.Faults = append(r.Faults, bench.Fault{Kind: "agent failed", Count: 1, Examples: []string{err.Error()}})
	}
}
