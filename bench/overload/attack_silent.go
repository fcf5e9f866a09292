package overload

import (
	"context"
	"time"
)

// runHalfOpen leaves upgrades unfinished: half of the connections say nothing,
// half say half of a request. The server has to end them all.
func runHalfOpen(ctx context.Context, s *siege) error {
	head := s.target.upgradeRequest(newKey(), "none", false)
	return s.each(s.n, func(i int) error {
		c, err := s.target.open(ctx, s.target.WS, i)
		if err != nil {
			return err
		}
		defer c.Close()
		if i%2 == 1 {
			if _, err := c.Write(head[:len(head)/2]); err != nil {
				return err
			}
		}
		return c.ended(answerTime)
	})
}

// vanishTime is how long the server gets to find out that nobody is there:
// heartbeat.idle and heartbeat.check of the attack's settings, the two seconds that
// it waits for an answer to its close frame, and some more.
const vanishTime = 10 * time.Second

// runVanished logs clients in that are never heard of again: nothing is sent, read
// or closed, as when a cable is cut.
func runVanished(ctx context.Context, s *siege) error {
	all, err := s.crowd(ctx, s.n, s.target.WS, func(i int, c *socket) error { return s.login(c, user(i)) })
	defer all.release()
	if err == nil {
		err = s.begin()
	}
	if err != nil {
		return err
	}
	pause(ctx, vanishTime)
	return nil
}
