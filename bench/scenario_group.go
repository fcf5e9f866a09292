package bench

import "fmt"

const (
	groupSample   = 16   // one receipt in so many is timed
	neighbourRate = 1000 // single messages per second beside the big group
)

// runGroupClosed: one group, all members online, some send as fast as their
// windows allow. A send is in flight until every member has it.
func runGroupClosed(s *session) error {
	s.result.Setting = fmt.Sprintf("%d members, %d senders, window %d, %d B", s.o.Members, s.o.Senders, s.o.Window, s.o.Size)
	if err := s.enterGroup(len(s.loops), s.o.Window); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	s.tune(0, len(s.loops), s.o.Window, 0)
	s.measure(s.o.Duration)
	s.fill(s.loops)
	s.result.Targets = []Target{
		atLeast("throughput", s.result.MessageRate, 40e3, "msg/s"),
		atLeast("fan-out", s.result.DeliveryRate, 20e6, "deliveries/s"),
	}
	return nil
}

// runGroupPaced: the same group, sending after a schedule.
func runGroupPaced(s *session) error {
	s.result.Setting = fmt.Sprintf("%d members, %d senders, %d msg/s, %d B", s.o.Members, s.o.Senders, s.o.Rate, s.o.Size)
	if err := s.enterGroup(len(s.loops), 4*pacedRoom); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	s.tune(0, len(s.loops), 0, s.o.Rate)
	s.measure(s.o.Duration)
	s.fill(s.loops)
	s.pacedTargets(atMostLatency{avg: 5})
	return nil
}

// runBig: a group that nearly fills the server, and what it does to single
// chats beside it. These have a loop of their own, so that their latency isn't
// the generator's own delay in reading the group's messages.
func runBig(s *session) error {
	s.result.Setting = fmt.Sprintf("%d members, %d senders, window %d, %d B; beside it %d single msg/s",
		s.o.Members, s.o.Senders, s.o.Window, s.o.Size, neighbourRate)
	loops := len(s.loops)
	alone, err := s.measureNeighbour()
	if err != nil || s.result.Stopped {
		return err
	}
	beside, err := s.openNeighbour()
	if err != nil {
		return err
	}
	if err := s.enterGroup(loops, s.o.Window); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	s.tune(0, loops, s.o.Window, 0)
	s.tune(beside, 1, 0, neighbourRate)
	s.measure(s.o.Duration)
	s.fill(s.loops[:loops])
	s.result.Targets = []Target{atLeast("fan-out", s.result.DeliveryRate, 10e6, "deliveries/s")}
	busy := s.loops[beside].rec.delivered.summary()
	s.result.neighbour("alone", alone)
	s.result.neighbour("beside the group", busy)
	return nil
}

// measureNeighbour measures the single chats by themselves, for comparison.
func (s *session) measureNeighbour() (*Latency, error) {
	sub := &Result{}
	alone, err := newSession(s.ctx, s.o, s.target, 0, sub)
	if err != nil {
		return nil, err
	}
	defer alone.close()
	unheed := alone.heed(s.ctx)
	defer unheed()
	only, err := alone.openNeighbour()
	if err != nil {
		return nil, err
	}
	if err := alone.start(); err != nil {
		return nil, err
	}
	alone.tune(only, 1, 0, neighbourRate)
	alone.measure(s.o.Duration / 2)
	s.result.Faults, s.result.Stopped = sub.Faults, sub.Stopped
	return alone.loops[only].rec.delivered.summary(), nil
}

// openNeighbour adds a loop with a few pairs and returns its index.
func (s *session) openNeighbour() (int, error) {
	i, err := s.addLoop()
	if err != nil {
		return 0, err
	}
	s.play(i, &traffic{loop: s.loops[i], line: &s.line})
	return i, s.enterPairs(i, 1, 10, pacedRoom)
}

func (r *Result) neighbour(when string, l *Latency) {
	if l == nil {
		return
	}
	r.figure("single chat "+when+", average", l.Avg, "ms")
	r.figure("single chat "+when+", p99", l.P99, "ms")
}

// enterGroup makes the group on the server and seats its members.
func (s *session) enterGroup(loops, inFlight int) error {
	names := make([]string, s.o.Members)
	for i := range names {
		names[i] = s.users.name("m", i)
	}
	id := s.users.name("g", 0)
	base, err := s.target.createGroup(s.ctx, id, names)
	if err != nil {
		return fmt.Errorf("create the group: %w", err)
	}
	for _, l := range s.loops[:loops] {
		l.rec.every = groupSample
	}
	return s.enter(groupCast(id, names, s.o.Senders, base), 0, loops, inFlight)
}
