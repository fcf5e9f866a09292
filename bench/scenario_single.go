package bench

import (
	"fmt"
	"time"
)

// pacedRoom is how many sends of one sender a paced run keeps account of.
const pacedRoom = 1024

// runSingleClosed: pairs of users, the first of each sends as fast as its
// window allows (with Both: both do).
func runSingleClosed(s *session) error {
	s.result.Setting = fmt.Sprintf("%s, window %d, %d B", s.pairsSetting(), s.o.Window, s.o.Size)
	if err := s.enterPairs(0, len(s.loops), s.pairs(), s.o.Window); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	s.tune(0, len(s.loops), s.o.Window, 0)
	s.measure(s.o.Duration)
	s.fill(s.loops)
	s.result.Targets = []Target{atLeast("throughput", s.result.MessageRate, 200e3, "msg/s")}
	return nil
}

// runSinglePaced: the same pairs, sending in turn after a schedule.
func runSinglePaced(s *session) error {
	s.result.Setting = fmt.Sprintf("%s, %d msg/s, %d B", s.pairsSetting(), s.o.Rate, s.o.Size)
	if err := s.enterPairs(0, len(s.loops), s.pairs(), pacedRoom); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	s.tune(0, len(s.loops), 0, s.o.Rate)
	s.measure(s.o.Duration)
	s.fill(s.loops)
	s.pacedTargets(atMostLatency{avg: 0.5, p99: 5})
	return nil
}

// pairs is at least one for each loop.
func (s *session) pairs() int { return max(s.o.Pairs, len(s.loops)) }

func (s *session) pairsSetting() string {
	if s.o.Both {
		return fmt.Sprintf("%d pairs, both sides send", s.pairs())
	}
	return fmt.Sprintf("%d pairs, one side sends", s.pairs())
}

// enterPairs spreads pairs over loops; a pair is on one loop.
func (s *session) enterPairs(first, loops, pairs, inFlight int) error {
	senders := 1
	if s.o.Both {
		senders = 2
	}
	for i := range pairs {
		ca := pairCast(s.users.name("a", i), s.users.name("b", i), senders)
		if err := s.enter(ca, first+i%loops, 1, inFlight); err != nil {
			return err
		}
	}
	return nil
}

// start connects everybody and waits until everybody hears everybody.
func (s *session) start() error {
	if _, err := s.connect(); err != nil {
		return err
	}
	return s.probe()
}

// atMostLatency holds targets in ms; 0 is none.
type atMostLatency struct{ avg, p99 float64 }

// rateKept is the one target that makes sense at any rate.
const rateKept = "rate kept"

// pacedTargets judges latency, and that the schedule was kept: a server that
// takes fewer sends than were due has no latency worth a word.
func (s *session) pacedTargets(want atMostLatency) {
	r := s.result
	r.Targets = append(r.Targets, atLeast(rateKept, r.MessageRate, 0.99*float64(s.o.Rate), "msg/s"))
	if r.Latency == nil {
		return
	}
	if want.avg > 0 {
		r.Targets = append(r.Targets, atMost("average latency", r.Latency.Avg, want.avg, "ms"))
	}
	if want.p99 > 0 {
		r.Targets = append(r.Targets, atMost("p99 latency", r.Latency.P99, want.p99, "ms"))
	}
}

// rest lets a server come to rest between two parts of a scenario.
func (s *session) rest(d time.Duration) {
	until := s.clock.now() + int64(d)
	s.each(func(_ int, l *loop) { l.run(func() bool { return false }, until) })
}
