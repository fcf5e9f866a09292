package engine

import (
	"context"
	"fmt"
	"time"

	"gannet/engine/internal/sequencer"
)

// Alive reports whether everything that a message passes through still turns: each
// event loop, and the log's writer. A disk that has stalled is no reason to say no:
// what waits for it goes on when it does, and a restart would wait for it as well.
// It returns an error when ctx ends before all have answered. Any goroutine, between
// Start and Shutdown.
func (e *Engine) Alive(ctx context.Context) error {
	answers := make(chan struct{}, e.cfg.Reactors)
	for i := range e.cfg.Reactors {
		if !e.reactors.Do(i, func() { answers <- struct{}{} }) {
			return fmt.Errorf("event loop %d has ended", i)
		}
	}
	for n := range e.cfg.Reactors {
		select {
		case <-answers:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d event loops answered: %w", n, e.cfg.Reactors, ctx.Err())
		}
	}
	return e.logAlive(ctx)
}

func (e *Engine) logAlive(ctx context.Context) error {
	answered := make(chan error, 1)
	err := e.seq.GoAnyway(func(*sequencer.Tx) error { return nil }, func(err error) { answered <- err })
	if err != nil {
		return fmt.Errorf("the log's writer: %w", err)
	}
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
	}
	if e.seq.Stalled(time.Now()) {
		return nil
	}
	return fmt.Errorf("the log's writer doesn't answer: %w", ctx.Err())
}
