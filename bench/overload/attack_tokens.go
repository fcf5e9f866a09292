package overload

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// runBadTokens tries logins that don't hold, over WebSocket and HTTP in turn. A
// newcomer with a good one wants in all the time meanwhile.
func runBadTokens(ctx context.Context, s *siege) error {
	good, err := s.target.token("newcomer")
	if err != nil {
		return err
	}
	token := good[:len(good)-8] + "AAAAAAAA"
	meanwhile, over := context.WithCancel(ctx)
	var newcomer sync.WaitGroup
	newcomer.Go(func() { s.newcomer(meanwhile, good) })
	defer newcomer.Wait()
	defer over()
	hc := &http.Client{Timeout: answerTime, Transport: &http.Transport{MaxIdleConnsPerHost: s.n}}
	defer hc.CloseIdleConnections()
	return s.again(ctx, s.n, func(ctx context.Context, i int) error {
		if i%2 == 1 {
			return s.ask(ctx, hc, http.MethodGet, "/conversations", token, "")
		}
		c, err := s.target.open(ctx, s.target.WS, i)
		if err != nil {
			return err
		}
		defer c.cut()
		resp, err := c.upgrade(s.target, token, false)
		if resp == nil {
			return fmt.Errorf("no answer to a bad token: %w", err)
		}
		s.tally.add(fmt.Sprintf("saw %d", resp.Status), 1)
		return nil
	})
}

// newcomerEvery is how often the newcomer logs in.
const newcomerEvery = 100 * time.Millisecond

// newcomer logs in again and again until ctx ends, and counts when it was let in.
func (s *siege) newcomer(ctx context.Context, token string) {
	for ; ctx.Err() == nil; pause(ctx, newcomerEvery) {
		c, err := s.target.open(context.WithoutCancel(ctx), s.target.WS, 0)
		if err == nil {
			_, err = c.upgrade(s.target, token, false)
			c.cut()
		}
		if err != nil {
			s.tally.add("newcomer kept out", 1)
			continue
		}
		s.tally.add("newcomer in", 1)
	}
}
