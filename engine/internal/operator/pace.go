package operator

import (
	"context"
	"time"
)

// Shares of the sequencer's time that the sealing takes: one part in these many.
const (
	shareOfBusy = 50 // while messages come: what a run costs later, when tables are merged, is more than this
	shareOfIdle = 2
)

// pace lets the sealing rest after each step, longer while messages come.
type pace struct {
	writer Writer
	looked time.Duration // for what is to be sealed, by the step
	spent  time.Duration // on the sequencer's goroutine by the step
	last   uint64        // id of the last message when the rest before began
}

// rest returns after the pause, or with the error of ctx when that ends.
func (p *pace) rest(ctx context.Context) error {
	share := time.Duration(shareOfIdle)
	if id := p.writer.Durable(); id != p.last {
		p.last, share = id, shareOfBusy
	}
	pause := p.spent*(share-1) + p.looked
	p.spent = 0
	return sleep(ctx, pause)
}

// ended returns when done is closed, or with the error of ctx when that ends first.
func ended(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	default:
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sleep returns after a pause, or with the error of ctx when that ends.
func sleep(ctx context.Context, pause time.Duration) error {
	if err := ctx.Err(); err != nil || pause == 0 {
		return err
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
