package overload

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A siege is one attack while it goes on, in the attackers' process.
type siege struct {
	target *target
	n      int           // attackers
	lasts  time.Duration // of attacks without an end of their own
	begin  func() error  // to be called when all is prepared, by attacks that prepare something
	tally  tally
}

func user(i int) string { return fmt.Sprintf("attacker%05d", i) }

// tokens are the attackers', one each.
func (s *siege) tokens() ([]string, error) {
	tokens := make([]string, s.n)
	for i := range tokens {
		var err error
		if tokens[i], err = s.target.token(user(i)); err != nil {
			return nil, err
		}
	}
	return tokens, nil
}

// each runs one attacker in each of n goroutines and returns the first errors.
func (s *siege) each(n int, attacker func(i int) error) error {
	var mu sync.Mutex
	var errs []error
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if err := attacker(i); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if len(errs) < 3 {
					errs = append(errs, err)
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// again runs each attacker over and over until the attack's time is up.
func (s *siege) again(ctx context.Context, n int, attacker func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.lasts)
	defer cancel()
	return s.each(n, func(i int) error {
		for ctx.Err() == nil {
			// What was begun is ended, so that all that was sent is answered.
			if err := attacker(context.WithoutCancel(ctx), i); err != nil {
				return err
			}
		}
		return nil
	})
}

// crowd connects n sockets to addr, some at a time, and calls what for each. They
// are closed by release.
func (s *siege) crowd(ctx context.Context, n int, addr string, what func(i int, c *socket) error) (*crowd, error) {
	all := &crowd{sockets: make([]*socket, n)}
	slots := make(chan struct{}, dialsAtOnce)
	err := s.each(n, func(i int) error {
		slots <- struct{}{}
		defer func() { <-slots }()
		c, err := s.target.open(ctx, addr, i)
		if err != nil {
			return err
		}
		all.sockets[i] = c
		return what(i, c)
	})
	return all, err
}

// dialsAtOnce is how many handshakes are under way: more than the server's accept
// queue holds would be dropped by the kernel and come back after a second.
const dialsAtOnce = 256

// A crowd is many sockets.
type crowd struct{ sockets []*socket }

func (c *crowd) release() {
	for _, s := range c.sockets {
		if s != nil {
			s.cut()
		}
	}
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
