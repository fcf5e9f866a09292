package desk

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"time"
)

// An agent answers visitors, and comes and goes.
type agent struct {
	*simulation
	login  *login
	record *agentRecord
	rng    *rand.Rand // of its own goroutine

	mu    sync.Mutex
	link  *link             // nil: not connected
	tasks map[string]*task  // by conversation
	seqs  map[string]uint64 // how far the agent is, by conversation
	texts int               // that it has written
	wg    sync.WaitGroup    // of tasks
}

func newAgent(s *simulation, r *agentRecord, l *login, rng *rand.Rand) *agent {
	return &agent{simulation: s, login: l, record: r, rng: rng, tasks: make(map[string]*task), seqs: make(map[string]uint64)}
}

// run connects again and again until ctx ends.
func (a *agent) run(ctx context.Context) {
	for ctx.Err() == nil {
		away := a.connection(ctx)
		a.wg.Wait()
		if a.fresh.Load() {
			pause(ctx, away)
		} else {
			pause(ctx, between(a.rng, 10*time.Millisecond, 100*time.Millisecond))
		}
	}
}

// connection is one, from its beginning to its end. It returns how long the agent stays away after it.
func (a *agent) connection(ctx context.Context) (away time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.comes()
	defer a.left()
	l, err := a.dial(ctx, a.login.token, "desk", func(f *frame) { a.hear(ctx, f) })
	if err != nil {
		a.unexpected(err, "", "a login of "+a.record.user)
		return retryAfter
	}
	var listening sync.WaitGroup
	listening.Go(func() {
		defer cancel()
		l.listen()
		a.gone()
	})
	defer listening.Wait()
	defer l.cut()
	a.mu.Lock()
	a.link, a.tasks = l, make(map[string]*task)
	a.mu.Unlock()
	if a.arrive(ctx, l) != nil {
		return retryAfter
	}
	return a.work(ctx, l)
}

// retryAfter is how long an agent waits that could not connect.
const retryAfter = 50 * time.Millisecond

// arrive catches up, goes online and finds its sessions.
func (a *agent) arrive(ctx context.Context, l *link) error {
	a.mu.Lock()
	seqs := maps.Clone(a.seqs)
	a.mu.Unlock()
	if err := l.sync(ctx, seqs); err != nil {
		a.unexpected(err, "", "a sync of "+a.record.user)
		return err
	}
	a.mu.Lock()
	a.record.here = begin(a.record.here, now())
	a.mu.Unlock()
	if err := a.be(ctx, l, "online"); err != nil {
		return err
	}
	return a.resume(ctx)
}

// be says what the agent is willing to do.
func (a *agent) be(ctx context.Context, l *link, status string) error {
	if status != "online" {
		a.offDuty()
	}
	if _, err := l.ask(ctx, "", map[string]any{"type": "agent", "status": status}); err != nil {
		a.unexpected(err, "", "status "+status+" of "+a.record.user)
		return err
	}
	if status == "online" {
		a.mu.Lock()
		a.record.duty = begin(a.record.duty, now())
		a.mu.Unlock()
	}
	return nil
}

// offDuty notes that the agent is not certainly on duty any more.
func (a *agent) offDuty() {
	a.mu.Lock()
	defer a.mu.Unlock()
	end(a.record.duty, now())
}

// gone notes that it is not certainly connected any more.
func (a *agent) gone() {
	a.offDuty()
	a.mu.Lock()
	defer a.mu.Unlock()
	end(a.record.here, now())
}

// comes notes that it is not certainly away any more.
func (a *agent) comes() {
	a.mu.Lock()
	defer a.mu.Unlock()
	end(a.record.away, now())
}

// left notes that it certainly is away.
func (a *agent) left() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.record.away = begin(a.record.away, now())
}

// resume takes up the sessions that the agent has by the server's list.
func (a *agent) resume(ctx context.Context) error {
	for _, state := range []string{stateAssigned, stateActive} {
		var page sessionPage
		err := a.login.call(ctx, "GET", fmt.Sprintf("/desk/sessions?state=%s&agent=%s&limit=100", state, a.record.user), nil, &page)
		if err != nil {
			a.unexpected(err, "", "the sessions of "+a.record.user)
			return err
		}
		for _, s := range page.Sessions {
			a.begin(ctx, s.ConvID, s.SessionID)
		}
	}
	return nil
}

// The ways in which an agent leaves.
const (
	dutyTime     = 2 * time.Second // of one connection, on average
	breakTime    = 700 * time.Millisecond
	shortAbsence = graceTime / 2
	longAbsence  = 2 * graceTime
)

// work serves until the connection ends, or the agent leaves: it is cut off, comes
// back in time or doesn't, takes a break, or goes home.
func (a *agent) work(ctx context.Context, l *link) (away time.Duration) {
	for a.fresh.Load() {
		if !pause(ctx, time.Duration(a.rng.ExpFloat64()*float64(dutyTime))) {
			return retryAfter
		}
		switch n := a.rng.IntN(100); {
		case !a.fresh.Load():
		case n < 35:
			a.vanish(l, "cuts, soon back")
			return between(a.rng, 0, shortAbsence)
		case n < 60:
			a.vanish(l, "cuts, not back in time")
			return between(a.rng, longAbsence, 3*longAbsence)
		case n < 85:
			if !a.rest(ctx, l) {
				return retryAfter
			}
		default:
			a.count("ends of work")
			if a.be(ctx, l, "offline") == nil {
				a.vanish(l, "")
			}
			return between(a.rng, 0, longAbsence)
		}
	}
	<-ctx.Done()
	return retryAfter
}

// rest has the agent be given nothing for a while, in which it may take something
// itself. It reports whether the agent goes on.
func (a *agent) rest(ctx context.Context, l *link) bool {
	a.count("breaks")
	if a.be(ctx, l, "busy") != nil || !pause(ctx, breakTime) {
		return false
	}
	if a.rng.IntN(2) == 0 {
		a.claim(ctx)
	}
	return a.be(ctx, l, "online") == nil
}

// vanish cuts the connection.
func (a *agent) vanish(l *link, count string) {
	if count != "" {
		a.count(count)
	}
	a.gone()
	l.cut()
}

// claim takes a session out of the queue, or one whose visitor has left a message.
func (a *agent) claim(ctx context.Context) {
	path := "/desk/queue"
	if a.rng.IntN(2) == 0 {
		path = "/desk/sessions?limit=20&state=" + stateOffline
	}
	var page sessionPage
	if err := a.login.call(ctx, "GET", path, nil, &page); err != nil {
		a.unexpected(err, "", "what "+a.record.user+" could take")
		return
	}
	if len(page.Sessions) == 0 {
		return
	}
	s := page.Sessions[a.rng.IntN(len(page.Sessions))]
	a.claiming(claim{s.SessionID, a.record.user})
	err := a.login.call(ctx, "POST", "/desk/sessions/"+s.SessionID+"/claim", nil, nil)
	if err == nil {
		a.count("claims")
	}
	a.unexpected(err, s.SessionID, "a claim of "+a.record.user, overtaken...)
}

func between(rng *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(rng.Int64N(int64(most-least)+1))
}
