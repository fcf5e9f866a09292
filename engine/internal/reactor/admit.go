package reactor

import (
	"fmt"

	"golang.org/x/sys/unix"

	"gannet/codec"
)

// overflow is how many connections above the limit are still listened to, so
// that they can be told why they are refused. More are just closed.
const overflow = 64

// unread is the answer to those: best effort, since the request is not read.
var unread = codec.AppendReject(nil, 503, "busy", "too many connections")

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

// admit counts a new socket. A refused one is over the limit and only to be
// told so; one that is not admitted is not counted. When the reactor is leaving,
// none is.
func (r *Reactors) admit(leaving bool) (admitted, refused bool) {
	n := r.sockets.Add(1)
	if leaving || n > r.limit+overflow {
		r.release()
		return false, true
	}
	return true, n > r.limit
}

// release takes an admitted socket off the count.
func (r *Reactors) release() { r.sockets.Add(-1) }
