package reactor

import (
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"gannet/codec"
)

// overflow is how many connections above a limit are still listened to, so
// that they can be told why they are refused. More are just closed.
const overflow = 64

// refusal is why a new connection may not stay, and the answer to it.
type refusal struct {
	status      int
	reason, msg string
	retryAfter  time.Duration // on average; each client is told another
}

// retryBusy is when to try again where there are too many.
const retryBusy = 5 * time.Second

var (
	shuttingDown = &refusal{503, "shutting_down", "the server is shutting down", 2 * time.Second}
	busy         = &refusal{503, "busy", "too many connections", retryBusy}
	crowded      = &refusal{429, "rate_limited", "too many connections from this address", 10 * time.Second}
)

// unread is the answer to a request that is not read: best effort.
func (f *refusal) unread() []byte {
	return codec.AppendReject(nil, f.status, f.reason, f.msg, spread(f.retryAfter))
}

// spread is f as one client is told it: those who are refused together must not
// come back together.
func (f *refusal) spread() *refusal {
	one := *f
	one.retryAfter = spread(f.retryAfter)
	return &one
}

// connectionLimit is how many connections there may be. gnet ends when it runs
// out of descriptors, so they are not given out to the last.
func connectionLimit(cfg Config) (int64, error) {
	var files unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &files); err != nil {
		return 0, fmt.Errorf("file descriptor limit: %w", err)
	}
	limit := int64(min(files.Cur, 1<<40)) - int64(cfg.ReserveFiles)
	if limit < 1 {
		return 0, fmt.Errorf("%d file descriptors are too few: %d are kept for other than connections",
			files.Cur, cfg.ReserveFiles)
	}
	if cfg.MaxConnections > 0 {
		limit = min(limit, int64(cfg.MaxConnections))
	}
	return limit, nil
}

// admit counts a new socket. One with a refusal is over a limit and only to be
// told so; one that is not admitted is not counted, and closed at once. When the
// reactor is leaving, none is admitted.
func (r *Reactors) admit(ip netip.Addr, leaving bool) (admitted bool, why *refusal) {
	n := r.sockets.Add(1)
	if leaving || n > r.limit+overflow {
		r.sockets.Add(-1)
		return false, busy
	}
	admitted, refused := r.addresses.enter(ip)
	switch {
	case !admitted:
		r.sockets.Add(-1)
		return false, crowded
	case refused:
		return true, crowded
	case n > r.limit:
		return true, busy
	}
	return true, nil
}

// release takes an admitted socket off the counts.
func (r *Reactors) release(ip netip.Addr, why *refusal) {
	r.sockets.Add(-1)
	r.addresses.leave(ip, why == crowded)
}
