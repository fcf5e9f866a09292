package bench

import (
	"fmt"
	"slices"
)

const (
	groupMembers = 500
	groupSenders = 10
	groupWindow  = 64
	groupRate    = 9800
	groupSample  = 16 // one receipt in so many is timed

	bigMembers    = 10000
	bigWindow     = 16
	neighbourRate = 1000 // single messages per second beside the big group
)

func groupSettings(o *Options) []string { return maxMembers(o.Members, groupMembers) }
func bigSettings(o *Options) []string   { return maxMembers(o.Members, bigMembers) }

func maxMembers(members, usual int) []string {
	setDefault(&members, usual)
	return []string{fmt.Sprintf("groups.max_members=%d", max(members, groupMembers))}
}

// runGroupClosed: one group, all members online, some send as fast as their
// windows allow. A send is in flight until every member has it.
func runGroupClosed(s *session) error {
	p := s.groupPlan(groupMembers, groupWindow)
	s.result.Setting = fmt.Sprintf("%d members, %d senders, window %d, %d B", p.members, p.senders, p.window, s.o.Size)
	if err := s.enterGroup(p, len(s.loops), p.window); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	s.tune(0, len(s.loops), p.window, 0)
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
	p := s.groupPlan(groupMembers, groupWindow)
	rate := s.o.Rate
	setDefault(&rate, groupRate)
	s.result.Setting = fmt.Sprintf("%d members, %d senders, %d msg/s, %d B", p.members, p.senders, rate, s.o.Size)
	if err := s.enterGroup(p, len(s.loops), 4*pacedRoom); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	s.tune(0, len(s.loops), 0, rate)
	s.measure(s.o.Duration)
	s.fill(s.loops)
	s.pacedTargets(rate, atMostLatency{avg: 5})
	return nil
}

// runBig: a group that nearly fills the server, and what it does to single
// chats beside it. These have a loop of their own, so that their latency isn't
// the generator's own delay in reading the group's messages.
func runBig(s *session) error {
	p := s.groupPlan(bigMembers, bigWindow)
	s.result.Setting = fmt.Sprintf("%d members, %d senders, window %d, %d B; beside it %d single msg/s",
		p.members, p.senders, p.window, s.o.Size, neighbourRate)
	loops := len(s.loops)
	alone, err := s.measureNeighbour()
	if err != nil || s.result.Stopped {
		return err
	}
	beside, err := s.openNeighbour()
	if err != nil {
		return err
	}
	if err := s.enterGroup(p, loops, p.window); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	s.tune(0, loops, p.window, 0)
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

// groupPlan is the size of a group run.
type groupPlan struct{ members, senders, window int }

func (s *session) groupPlan(members, window int) groupPlan {
	p := groupPlan{s.o.Members, s.o.Senders, s.o.Window}
	setDefault(&p.members, members)
	setDefault(&p.senders, groupSenders)
	setDefault(&p.window, window)
	p.members = max(p.members, 2)
	p.senders = min(p.senders, p.members)
	return p
}

// enterGroup makes the group on the server and seats its members.
func (s *session) enterGroup(p groupPlan, loops, inFlight int) error {
	names := make([]string, p.members)
	for i := range names {
		names[i] = s.users.name("m", i)
	}
	id := s.users.name("g", 0)
	if err := s.target.createGroup(s.ctx, id, slices.Clone(names)); err != nil {
		return fmt.Errorf("create the group: %w", err)
	}
	for _, l := range s.loops[:loops] {
		l.rec.every = groupSample
	}
	return s.enter(groupCast(id, names, p.senders), 0, loops, inFlight)
}
