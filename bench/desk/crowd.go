package desk

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A crowd is the agents of a measure: connected, online, and quick to close what
// they are given.
type crowd struct {
	*world
	links []*link
	wg    sync.WaitGroup

	ending atomic.Bool
	fault  atomic.Pointer[error] // the first

	mu      sync.Mutex
	given   map[string]chan time.Time // who waits for a session to be given to an agent
	early   map[string]time.Time      // was given before anybody waited
	doubled int                       // sessions that were given twice
}

// dialsAtOnce is how many agents come at a time.
const dialsAtOnce = 32

// gather makes agents and brings them online.
func gather(ctx context.Context, w *world, agents int) (*crowd, error) {
	c := &crowd{world: w, links: make([]*link, agents), given: make(map[string]chan time.Time), early: make(map[string]time.Time)}
	slots := make(chan struct{}, dialsAtOnce)
	errs := make(chan error, agents)
	var coming sync.WaitGroup
	for i := range agents {
		slots <- struct{}{}
		coming.Go(func() {
			defer func() { <-slots }()
			errs <- c.join(ctx, i)
		})
	}
	coming.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			c.disperse()
			return nil, err
		}
	}
	return c, nil
}

// join brings one agent online.
func (c *crowd) join(ctx context.Context, i int) error {
	user := "clerk" + strconv.Itoa(i)
	if err := c.backend().call(ctx, "PUT", "/desk/agents/"+user, map[string]any{"name": user, "role": "agent"}, nil); err != nil {
		return fmt.Errorf("%s: %w", user, err)
	}
	l, err := c.as(user, "agent")
	if err != nil {
		return err
	}
	link, err := c.dial(ctx, l.token, "desk", c.hear)
	if err != nil {
		return fmt.Errorf("%s: connect: %w", user, err)
	}
	c.links[i] = link
	c.wg.Go(func() {
		link.listen()
		if !c.ending.Load() {
			c.fail(fmt.Errorf("%s was disconnected", user))
		}
	})
	if err := link.sync(ctx, nil); err != nil {
		return fmt.Errorf("%s: sync: %w", user, err)
	}
	if _, err := link.ask(ctx, "", map[string]any{"type": "agent", "status": "online"}); err != nil {
		return fmt.Errorf("%s: online: %w", user, err)
	}
	return nil
}

func (c *crowd) fail(err error) { c.fault.CompareAndSwap(nil, &err) }

// err is the first thing that went wrong with an agent.
func (c *crowd) err() error {
	if err := c.fault.Load(); err != nil {
		return *err
	}
	return nil
}

// disperse ends all connections.
func (c *crowd) disperse() {
	c.ending.Store(true)
	for _, l := range c.links {
		if l != nil {
			l.cut()
		}
	}
	c.wg.Wait()
}

// hear takes in what an agent is told: that it was given a session.
func (c *crowd) hear(f *frame) {
	if f.Type != "session" || f.Event != eventAssigned {
		return
	}
	at := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if wait := c.given[f.ConvID]; wait != nil {
		delete(c.given, f.ConvID)
		wait <- at
		return
	}
	if _, again := c.early[f.ConvID]; again {
		c.doubled++
	}
	c.early[f.ConvID] = at
}

// await returns when the session of a conversation was given to an agent.
func (c *crowd) await(ctx context.Context, conv string) (time.Time, error) {
	wait := make(chan time.Time, 1)
	c.mu.Lock()
	at, already := c.early[conv]
	if already {
		delete(c.early, conv)
	} else {
		c.given[conv] = wait
	}
	c.mu.Unlock()
	if already {
		return at, nil
	}
	patience := time.NewTimer(requestPatience)
	defer patience.Stop()
	select {
	case at := <-wait:
		return at, nil
	case <-patience.C:
		return at, errors.New("no agent was given it")
	case <-ctx.Done():
		return at, ctx.Err()
	}
}

// serve opens a session, waits until an agent has it and closes it. It returns how
// long that took from the request to when the agent heard of it.
func (c *crowd) serve(ctx context.Context, number int64) (time.Duration, error) {
	l, err := c.as("guest"+strconv.FormatInt(number, 10), "")
	if err != nil {
		return 0, err
	}
	began := time.Now()
	var s session
	if err := l.call(ctx, "POST", "/desk/sessions", nil, &s); err != nil {
		return 0, fmt.Errorf("open a session: %w", err)
	}
	at, err := c.await(ctx, s.ConvID)
	if err != nil {
		return 0, fmt.Errorf("session %s: %w", s.SessionID, err)
	}
	if err := c.backend().call(ctx, "POST", "/desk/sessions/"+s.SessionID+"/close", nil, nil); err != nil {
		return 0, fmt.Errorf("close session %s: %w", s.SessionID, err)
	}
	return at.Sub(began), nil
}
