package terminal

import (
	"context"
	"errors"
	"net/http"
	"time"

	"gannet/codec/client"
	"gannet/codec/wire"
)

// deliver sends m and repeats it, under the same cid, until the server has stored
// it or refuses it for good. Connections may come and go meanwhile.
func deliver(ctx context.Context, c *client.Client, m client.Message) (client.Sent, error) {
	for {
		sent, err := c.Send(ctx, m)
		m.CID = sent.CID
		refusal, ok := errors.AsType[*wire.Error](err)
		if !ok || !passes(refusal) {
			return sent, err
		}
		if err := pause(ctx, max(refusal.RetryAfter, leastPause)); err != nil {
			return sent, err
		}
	}
}

// leastPause is how long a refusal that will pass is waited out at least.
const leastPause = 50 * time.Millisecond

// passes reports whether the same request may be taken a little later.
func passes(refusal *wire.Error) bool {
	return refusal.Code == http.StatusTooManyRequests || refusal.Code == http.StatusServiceUnavailable
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
