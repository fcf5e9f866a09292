package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A session is one run of one scenario: its loops, its load and its result.
// The scenario's goroutine owns it; while loops run, each of them is occupied
// by a goroutine of its own that the session waits for.
type session struct {
	ctx    context.Context
	o      *Options
	target *target
	users  users
	clock  clock
	loops  []*loop
	loads  []load   // one for each loop
	dials  [][]dial // by loop: what connect is to connect
	line   finishLine
	stop   atomic.Bool // Ctrl-C while measuring
	result *Result
}

// A load is a player that makes traffic until a moment and then drains.
type load interface {
	player
	begin(until int64) // send what is due before until
	halt()             // send nothing more, as of now
	finish()           // turn what is still open into faults
}

const (
	warmUp        = time.Second      // or a quarter of the measured time, if that is less
	drainPatience = 10 * time.Second // or the measured time, if that is less, but not under:
	drainAtLeast  = 2 * time.Second
	listenAfter   = 200 * time.Millisecond // for doubled messages behind the last one
	connectBase   = 20 * time.Second
	warmPatience  = 30 * time.Second
)

func newSession(ctx context.Context, o *Options, t *target, loops int, result *Result) (*session, error) {
	s := &session{ctx: ctx, o: o, target: t, users: newUsers(t, o.URL != ""), clock: startClock(), result: result}
	for range loops {
		if _, err := s.addLoop(); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

// addLoop adds a loop without a load and returns its index.
func (s *session) addLoop() (int, error) {
	l, err := openLoop(s.clock, &s.stop)
	if err != nil {
		return 0, err
	}
	s.loops = append(s.loops, l)
	s.loads = append(s.loads, nil)
	s.dials = append(s.dials, nil)
	return len(s.loops) - 1, nil
}

// heed makes the end of ctx stop what the loops are at. The function returned
// ends that.
func (s *session) heed(ctx context.Context) func() bool {
	return context.AfterFunc(ctx, func() { s.stop.Store(true) })
}

func (s *session) close() {
	for _, l := range s.loops {
		l.close()
	}
}

// each runs f for all loops at once and waits.
func (s *session) each(f func(i int, l *loop)) {
	var wg sync.WaitGroup
	for i, l := range s.loops {
		wg.Go(func() { f(i, l) })
	}
	wg.Wait()
}

// seat puts a user on a loop.
func (s *session) seat(loop int, user string, h handler) error {
	d, err := s.target.dial(user, h)
	d.source = s.target.source(len(s.dials[loop]))
	s.dials[loop] = append(s.dials[loop], d)
	return err
}

// connect opens the connections that were seated, and returns how long it took
// from the first to the last.
func (s *session) connect() (time.Duration, error) {
	start := s.clock.now()
	dialers := make([]dialer, len(s.loops))
	s.each(func(i int, l *loop) {
		queue := s.dials[i]
		d := &dialers[i]
		*d = dialer{loop: l, total: len(queue), next: func(k int) dial { return queue[k] }}
		players := l.players
		l.players = []player{d}
		l.run(d.done, start+int64(connectBase)+int64(len(queue))*int64(time.Millisecond))
		l.players = players
	})
	last := start
	for i := range dialers {
		d := &dialers[i]
		last = max(last, d.finished)
		if d.err != nil {
			return 0, fmt.Errorf("connect: %w", d.err)
		}
		if !d.done() {
			return 0, s.interrupted(fmt.Errorf("connect: %d of %d connections opened in time", d.open, d.total))
		}
		s.dials[i] = nil
	}
	return time.Duration(last - start), nil
}

// interrupted gives the reason why a phase before the measuring ended early.
func (s *session) interrupted(err error) error {
	if s.stop.Load() {
		return errInterrupted
	}
	return err
}

var errInterrupted = errors.New("interrupted before there was anything to measure")

// play sets a loop's load.
func (s *session) play(i int, p load) {
	s.loads[i] = p
	s.loops[i].players = []player{p}
}

// exchange runs the loads until all of what they are to do has arrived, within
// patience. Nothing is recorded.
func (s *session) exchange(what string, patience time.Duration) error {
	s.begin(never)
	deadline := s.clock.now() + int64(patience)
	s.each(func(_ int, l *loop) { l.run(s.line.clear, deadline) })
	if !s.line.clear() {
		err := fmt.Errorf("%s did not end within %s", what, patience)
		if list := s.faults(); len(list) > 0 {
			err = fmt.Errorf("%w: %s, for example: %s", err, list[0].Kind, list[0].Examples[0])
			if rateLimited(list) {
				err = fmt.Errorf("%w: %w", errTooFast, err)
			}
		}
		return s.interrupted(err)
	}
	return nil
}

func (s *session) begin(until int64) {
	for _, p := range s.loads {
		p.begin(until)
	}
}

// measure runs the loads for the measured time after a warm-up, drains, and
// leaves usage and faults in the result. What the loops recorded is taken from
// them by fill.
func (s *session) measure(duration time.Duration) {
	from := s.clock.now() + int64(min(warmUp, duration/4))
	until := from + int64(duration)
	for _, l := range s.loops {
		l.rec.open(from, until)
	}
	drain := max(min(drainPatience, duration), drainAtLeast)
	s.begin(until)
	watch := s.watchUsage(from, until)
	s.each(func(_ int, l *loop) { l.run(s.line.clear, until+int64(drain)) })
	if s.stop.Load() {
		s.cutShort()
	}
	watch.stop()
	s.each(func(_ int, l *loop) { l.run(func() bool { return false }, s.clock.now()+int64(listenAfter)) })
	for _, p := range s.loads {
		p.finish()
	}
	watch.fill(s.result)
	s.result.Faults = s.faults()
}

// cutShort ends the measuring now and drains what is in flight.
func (s *session) cutShort() {
	now := s.clock.now()
	s.result.Stopped = true
	for i, l := range s.loops {
		l.rec.shorten(now)
		s.loads[i].halt()
	}
	s.stop.Store(false)
	s.each(func(_ int, l *loop) { l.run(s.line.clear, now+int64(drainPatience)) })
}

func (s *session) faults() []Fault {
	var all faults
	for _, l := range s.loops {
		all.merge(&l.faults)
	}
	return all.list()
}

// fill takes the recordings of some loops as the result's figures.
func (s *session) fill(loops []*loop) {
	r, sum := s.result, newRecorder()
	first := loops[0].rec
	sum.from, sum.until, sum.width, sum.slices = first.from, first.until, first.width, make([]Slice, len(first.slices))
	for _, l := range loops {
		sum.merge(l.rec)
	}
	total := sum.totals()
	r.Messages, r.Deliveries, r.Timeline = total.Messages, total.Deliveries, sum.slices
	r.Seconds = time.Duration(sum.until - sum.from).Seconds()
	r.SliceSeconds = time.Duration(sum.width).Seconds()
	r.Latency, r.Sent = sum.delivered.summary(), sum.answered.summary()
	if lag := sum.behind.summary(); lag != nil {
		r.figure("sends behind schedule, average", lag.Avg, "ms")
		r.figure("sends behind schedule, p99", lag.P99, "ms")
	}
	r.settle()
}
