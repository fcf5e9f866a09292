package chaos

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"sync"
	"time"

	"gannet/bench/checker"
)

// drainPatience is how long everything that was begun may take to be answered by
// a server that nothing happens to.
const drainPatience = 30 * time.Second

// calmTraffic is how long users chat before nothing new is begun: on the last
// connections something is to be pushed, too.
const calmTraffic = 400 * time.Millisecond

// drain lets the users chat with a server that nothing happens to, and brings
// everything that was begun to its end.
func (c *campaign) drain(ctx context.Context) {
	pause(ctx, calmTraffic)
	c.world.fresh.Store(false)
	limited, cancel := context.WithTimeout(ctx, drainPatience)
	defer cancel()
	for !c.world.settled() {
		if !pause(limited, look) {
			break
		}
	}
	for _, u := range c.world.order {
		if ctx.Err() == nil && !u.idle() {
			c.rec.find(kindUnanswered, "", "sends of %s are not answered within %s", u.name, drainPatience)
		}
	}
	if n := c.world.guests.Load(); n > 0 && ctx.Err() == nil {
		c.rec.find(kindUnanswered, "", "%d guests don't come in again within %s", n, drainPatience)
	}
	c.arrive(ctx)
}

// readers is how many read at once in the end.
const readers = 4

// conclude has every member read everything, stops the server and verifies what
// it leaves.
func (c *campaign) conclude(ctx context.Context) error {
	type reading struct {
		conv *conversation
		user string
	}
	work := make(chan reading)
	errs := make([]error, readers)
	var wg sync.WaitGroup
	for i := range readers {
		wg.Go(func() {
			for r := range work {
				errs[i] = errors.Join(errs[i], c.final(ctx, r.conv, c.world.users[r.user]))
			}
		})
	}
	for _, conv := range c.world.convs {
		for _, user := range conv.present() {
			work <- reading{conv, user}
		}
	}
	close(work)
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := c.server.terminate(); err != nil {
		c.rec.find(kindStop, "", "%v", err)
	}
	c.verify(ctx)
	return nil
}

// finalPage is the most that a page may hold.
const finalPage = 100

// final reads a whole conversation, from its end backwards.
func (c *campaign) final(ctx context.Context, conv *conversation, u *user) error {
	op := c.rec.invoke(checker.Event{User: u.name, Verb: checker.Final, Conv: conv.id})
	var pages [][]checker.Entry
	for before := uint64(0); ; {
		path := fmt.Sprintf("/messages/history?conv_id=%s&limit=%d", conv.id, finalPage)
		if before > 0 {
			path += fmt.Sprintf("&before=%d", before)
		}
		var data struct {
			Messages []message
			HasMore  bool `json:"has_more"`
		}
		r, err := c.world.ask(ctx, u, "GET", path, nil, &data)
		if err != nil {
			return fmt.Errorf("%s reads %s: %w", u.name, conv.id, err)
		}
		if r.Code != 200 {
			c.world.refused(op, u.name, r.Reason, r.Msg)
			c.rec.find(kindRefused, conv.id, "%s reads it in the end: %s, %s", u.name, r.Reason, r.Msg)
			return nil
		}
		pages = append(pages, entries(data.Messages))
		if !data.HasMore || len(data.Messages) == 0 {
			break
		}
		before = pages[len(pages)-1][0].Seq
	}
	slices.Reverse(pages)
	answer := checker.Event{Entries: slices.Concat(pages...)}
	if len(answer.Entries) > 0 && !conv.sees(u.name) {
		answer.After = answer.Entries[0].Seq - 1
	}
	c.rec.ok(op, answer)
	return nil
}

// verify has the program look for damage in the data.
func (c *campaign) verify(ctx context.Context) {
	cmd := exec.CommandContext(ctx, c.program, "verify", c.data())
	cmd.Env = append(cmd.Environ(), c.env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		c.rec.find(kindData, "", "gannet verify: %v\n%s", err, out)
	}
}
