package bench

import (
	"math/rand/v2"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A recorder keeps what one loop measured between from and until: latencies
// of what was due then, and a count of messages and deliveries per slice of
// time. What belongs to the warm-up or the drain isn't counted.
type recorder struct {
	from, until int64
	width       int64
	slices      []Slice
	current     *Slice // of the time given to at; a bin where outside
	outside     Slice
	delivered   latencies // due → receipt
	answered    latencies // due → sent
	behind      latencies // due → written
	every       uint32    // mean gap of the sampled receipts; 1: all
	skip        uint32    // receipts not to be timed before the next one
	random      *rand.Rand
}

// Slice is one piece of a run's timeline.
type Slice struct {
	Messages   int64 `json:"messages"`
	Deliveries int64 `json:"deliveries"`
}

const maxSlices = 200

func newRecorder() *recorder {
	r := &recorder{random: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), every: 1}
	r.current = &r.outside
	r.delivered.init()
	r.answered.init()
	r.behind.init()
	return r
}

// open sets the span to measure; times are of the run's clock.
func (r *recorder) open(from, until int64) {
	r.from, r.until = from, until
	r.width = max(int64(100*time.Millisecond), (until-from)/maxSlices)
	r.slices = make([]Slice, (until-from+r.width-1)/r.width)
}

// at says what time it is for what is counted from here on.
func (r *recorder) at(now int64) {
	if r.spans(now) {
		r.current = &r.slices[(now-r.from)/r.width]
	} else {
		r.current = &r.outside
	}
}

func (r *recorder) spans(t int64) bool { return t >= r.from && t < r.until }

// sample reports whether the next receipt is to be timed. The gaps are random
// with mean every, so that no member or place in a batch is preferred.
func (r *recorder) sample() bool {
	if r.skip > 0 {
		r.skip--
		return false
	}
	if r.every > 1 {
		r.skip = r.random.Uint32N(2*r.every - 1)
	}
	return true
}

// deliveries times the sampled ones of several receipts at once.
func (r *recorder) deliveries(dues []int64, now int64) {
	for int(r.skip) < len(dues) {
		due := dues[r.skip]
		dues = dues[r.skip+1:]
		r.skip = 0
		r.sample()
		r.delivery(due, now)
	}
	r.skip -= uint32(len(dues))
}

// delivery and answer time what was due within the span, also if it comes
// after its end: the slow ones at the end count too.
func (r *recorder) delivery(due, now int64) {
	if r.spans(due) {
		r.delivered.add(now - due)
	}
}

func (r *recorder) answer(due, now int64) {
	if r.spans(due) {
		r.answered.add(now - due)
	}
}

// wrote times how far behind its schedule a send is written.
func (r *recorder) wrote(due, now int64) {
	if r.spans(due) {
		r.behind.add(now - due)
	}
}

// shorten ends the span early.
func (r *recorder) shorten(now int64) {
	if now >= r.until {
		return
	}
	r.until = max(now, r.from)
	r.slices = r.slices[:(r.until-r.from+r.width-1)/r.width]
	r.at(now)
}

func (r *recorder) merge(from *recorder) {
	r.delivered.merge(&from.delivered)
	r.answered.merge(&from.answered)
	r.behind.merge(&from.behind)
	for i := range min(len(r.slices), len(from.slices)) {
		r.slices[i].Messages += from.slices[i].Messages
		r.slices[i].Deliveries += from.slices[i].Deliveries
	}
}

func (r *recorder) totals() (t Slice) {
	for _, s := range r.slices {
		t.Messages += s.Messages
		t.Deliveries += s.Deliveries
	}
	return t
}

// latencies is a histogram in µs with three digits, and an exact sum.
type latencies struct {
	hist *hdrhistogram.Histogram
	sum  int64 // ns
	n    int64
}

// longestLatency is what the histogram can hold; longer ones count as this.
const longestLatency = 120 * time.Second

func (l *latencies) init() { l.hist = hdrhistogram.New(1, longestLatency.Microseconds(), 3) }

func (l *latencies) add(ns int64) {
	l.sum += ns
	l.n++
	l.hist.RecordValue(min(max(ns/1000, 1), longestLatency.Microseconds()))
}

func (l *latencies) merge(from *latencies) {
	l.sum += from.sum
	l.n += from.n
	l.hist.Merge(from.hist)
}
