package desk

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A simulation is one play of agents and visitors on one data directory.
type simulation struct {
	*world
	*recorder
	o      *Options
	seed   uint64
	dir    string
	server *server
	agents []*agent

	fresh  atomic.Bool    // agents come and go, and visitors come
	number atomic.Int64   // of visits begun
	level  atomic.Int64   // how many visitors there may be at a time
	going  sync.WaitGroup // of what visitors do
	kills  int            // that have happened
	downs  []span         // from a kill to the next server

	inSession atomic.Int64 // visitors who have opened a session and not left it

	homes  sync.Mutex
	inside map[string]bool // regulars who are there now
}

// What takes minutes where people sit takes seconds here.
const (
	graceTime      = time.Second // how long an agent may be away
	firstReplyTime = time.Second // until an agent's first word
	fallbackTime   = time.Second // until another group helps
	maxWaitTime    = 1200 * time.Millisecond
)

var deskSettings = []string{
	"desk.visitors=true", "desk.visitors_per_minute=0", "desk.max_wait=" + maxWaitTime.String(), "desk.agent_grace=" + graceTime.String(),
	"desk.first_reply=" + firstReplyTime.String(), "desk.visitor_silent=2s", "desk.visitor_close=1s",
}

// The skills of agents. Where the agents of billing are away or let visitors wait,
// those of sales help.
var (
	skillNames  = []string{"sales", "tech", "billing"}
	skillGroups = map[string]skillGroup{"sales": {}, "tech": {}, "billing": {"sales", fallbackTime.Milliseconds()}}
)

func newSimulation(o *Options) (*simulation, error) {
	w, err := newWorld()
	if err != nil {
		return nil, err
	}
	s := &simulation{world: w, recorder: newRecorder(), o: o, seed: o.Seed, inside: make(map[string]bool)}
	if s.dir, err = os.MkdirTemp(o.Dir, "gannet-desk-"); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	for i := range o.Agents {
		a, err := s.newAgent(i)
		if err != nil {
			return nil, err
		}
		s.agents = append(s.agents, a)
	}
	return s, nil
}

// newAgent makes the i-th of the agents: of one group or several, for one visitor
// at a time or many, with the role in the token or given by the backend.
func (s *simulation) newAgent(i int) (*agent, error) {
	r := &agentRecord{user: agentName(i), capacity: []int{1, 2, 3, 5, 8}[i%5], skills: []string{skillNames[i%len(skillNames)]}}
	if i%4 == 0 {
		r.skills = skillNames
	}
	role := "agent"
	if i%2 == 0 {
		role = ""
	}
	l, err := s.as(r.user, role)
	return newAgent(s, r, l, rand.New(rand.NewPCG(s.seed, uint64(i)))), err
}

func (s *simulation) data() string { return filepath.Join(s.dir, "data") }

// up starts a server.
func (s *simulation) up(ctx context.Context) error {
	sv, err := startServer(ctx, s.o.Program, s.data(), deskSettings, s.env)
	if err != nil {
		return err
	}
	s.server = sv
	s.at.Store(&sv.at)
	return nil
}

// strike kills the server and starts the next one.
func (s *simulation) strike(ctx context.Context) error {
	for _, a := range s.agents {
		a.gone()
	}
	down := now()
	s.at.Store(nil)
	s.server.kill()
	s.kills++
	err := s.up(ctx)
	s.downs = append(s.downs, span{down, now()})
	return err
}

// furnish makes the skill groups and the agents.
func (s *simulation) furnish(ctx context.Context) error {
	for _, name := range skillNames {
		g := skillGroups[name]
		body := map[string]any{"name": name, "fallback": g.fallback, "fallback_after_s": g.after / 1000}
		if err := s.backend().call(ctx, "PUT", "/desk/skills/"+name, body, nil); err != nil {
			return fmt.Errorf("skill group %s: %w", name, err)
		}
	}
	for _, a := range s.agents {
		r := a.record
		body := map[string]any{"name": "Agent " + r.user, "role": "agent", "max_sessions": r.capacity, "skills": r.skills}
		if err := s.backend().call(ctx, "PUT", "/desk/agents/"+r.user, body, nil); err != nil {
			return fmt.Errorf("agent %s: %w", r.user, err)
		}
	}
	return nil
}

// play has everybody come, and the server killed now and then, until all visits are
// over. It returns when all clients have ended.
func (s *simulation) play(ctx context.Context, progress io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.fresh.Store(true)
	var agents, doors sync.WaitGroup
	for _, a := range s.agents {
		agents.Go(func() { a.run(ctx) })
	}
	agents.Go(func() { s.watch(ctx) })
	agents.Go(func() { s.supervise(ctx) })
	s.ride(0)
	for i := range s.most() {
		doors.Go(func() { s.door(ctx, i) })
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		doors.Wait()
	}()
	err := s.strikes(ctx, over, progress)
	if err != nil {
		cancel()
	}
	s.drain(over)
	cancel()
	<-over
	s.going.Wait()
	agents.Wait()
	return err
}

// most is how many visitors there are at a time at most: more than the agents can
// serve.
func (s *simulation) most() int {
	room := 0
	for _, a := range s.agents {
		room += a.record.capacity
	}
	return room*9/5 + 1
}

// waves is how often the number of visitors rises and falls.
const waves = 6

// ride sets how many visitors there may be, when so many visits are over: now there
// is a queue, now agents have nothing to do.
func (s *simulation) ride(over int) {
	angle := 2 * math.Pi * waves * float64(over) / float64(s.o.Visitors)
	s.level.Store(int64(float64(s.most()) * (0.6 - 0.4*math.Cos(angle))))
}

// doorTime is how often somebody at a door that is shut looks whether it is open.
const doorTime = 100 * time.Millisecond

// door is where one visitor after the other comes in.
func (s *simulation) door(ctx context.Context, i int) {
	rng := rand.New(rand.NewPCG(s.seed, 1<<32|uint64(i)))
	for ctx.Err() == nil && s.number.Load() < int64(s.o.Visitors) {
		if int64(i) > s.level.Load() {
			pause(ctx, doorTime)
			continue
		}
		n := s.number.Add(1)
		if n > int64(s.o.Visitors) {
			return
		}
		s.come(ctx, rand.New(rand.NewPCG(rng.Uint64(), uint64(n))), int(n))
		pause(ctx, between(rng, 0, thinkTime))
	}
}

// strikes kills the server so often, at even distances of visits, and returns when
// the last visitors have come.
func (s *simulation) strikes(ctx context.Context, over <-chan struct{}, progress io.Writer) error {
	for {
		s.ride(s.over())
		begun, open := min(int(s.number.Load()), s.o.Visitors), s.inSession.Load()
		if s.o.Progress != nil {
			s.o.Progress("desk: visits", begun, s.o.Visitors)
		}
		if s.due(begun) && open > 0 {
			if err := s.strike(ctx); err != nil {
				s.add(kindServer, "", "after kill %d: %v", s.kills, err)
				return err
			}
			fmt.Fprintf(progress, "desk: killed in visit %d with %d visitors in sessions, and started again\n", begun, open)
		}
		if s.kills >= s.o.Kills && begun >= s.o.Visitors {
			return nil
		}
		select {
		case <-over:
			if s.kills < s.o.Kills {
				s.add(kindNotKilled, "", "%d times instead of %d: there were too few visits", s.kills, s.o.Kills)
			}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
	}
}

// due reports whether the next kill is, when so many visits have begun.
func (s *simulation) due(begun int) bool {
	return s.kills < s.o.Kills && begun*(s.o.Kills+1) >= (s.kills+1)*s.o.Visitors
}

// drainPatience is how long the last visitors may take: longer than everything that
// they may have to wait for.
const drainPatience = time.Minute

// drain has all agents stay until the last visitor has gone.
func (s *simulation) drain(over <-chan struct{}) {
	s.fresh.Store(false)
	select {
	case <-over:
	case <-time.After(drainPatience):
		s.add(kindUntold, "", "%d of %d visits were over %s after the last visitor had come", s.over(), s.o.Visitors, drainPatience)
	}
}

// regular is a customer who isn't there already.
func (s *simulation) regular(rng *rand.Rand) string {
	s.homes.Lock()
	defer s.homes.Unlock()
	for {
		user := "regular" + strconv.Itoa(rng.IntN(max(regulars, 2*s.most())))
		if !s.inside[user] {
			s.inside[user] = true
			return user
		}
	}
}

func (s *simulation) goHome(user string) {
	s.homes.Lock()
	defer s.homes.Unlock()
	delete(s.inside, user)
}
