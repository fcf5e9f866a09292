package reactor

import (
	"slices"
	"sync/atomic"

	"gannet/codec"
)

// Stats are the counters of all reactors together. All but the first five
// only grow.
type Stats struct {
	Connections int64 // sockets that are open, handshakes among them
	Inbox       int64 // posts and functions not yet carried out
	Held        int64 // bytes that wait to be read by clients
	FanOut      int64 // posts to rooms not yet worked off
	FanOutBytes int64 // bytes of runs among them

	Accepted  uint64            // connections upgraded to WebSocket
	Rejected  map[int]uint64    // upgrade requests refused, by HTTP status
	Refused   uint64            // sockets closed unread: far above a connection limit
	TimedOut  uint64            // handshakes not finished in time
	Postponed uint64            // logins put off because there were too many at a time
	Flooded   uint64            // sockets closed for sending too much before they were accepted
	Closed    map[uint16]uint64 // connections ended, by close code; 1006 without one
	Slow      uint64            // connections ended for not reading
	Cut       uint64            // connections that never finished the closing handshake
	Messages  uint64            // messages in
	Frames    uint64            // frames out
	Delivered uint64            // frames of runs out: one message for one connection
	BytesOut  uint64
	Writes    uint64 // system calls to write, at least tried
}

// closeCodes are counted one by one, all others as 0.
var closeCodes = [...]uint16{
	codec.CloseNormal, codec.CloseGoingAway, codec.CloseProtocolError, codec.CloseNoStatus,
	codec.CloseAbnormal, codec.CloseInvalidPayload, codec.ClosePolicy, codec.CloseTooBig,
	codec.CloseInternal, codec.CloseRestart, codec.CloseTryAgainLater, codec.CloseAuth,
	codec.CloseReplaced, codec.CloseKicked, codec.CloseSlowConsumer, codec.CloseSilent,
	codec.CloseUnsupported, 0,
}

// rejectStatuses are counted one by one, all others as 0.
var rejectStatuses = [...]int{400, 401, 403, 404, 405, 426, 429, 431, 500, 503, 0}

// counters are one loop's. Only the loop writes them, a turn at a time, so
// that the atomics are never contended; the padding keeps other loops' cache
// lines away.
type counters struct {
	_ [64]byte

	connections atomic.Int64
	fanOut      atomic.Int64
	fanOutBytes atomic.Int64

	accepted  atomic.Uint64
	rejected  [len(rejectStatuses)]atomic.Uint64
	refused   atomic.Uint64
	timedOut  atomic.Uint64
	flooded   atomic.Uint64
	postponed atomic.Uint64
	closed    [len(closeCodes)]atomic.Uint64
	slow      atomic.Uint64
	cut       atomic.Uint64
	messages  atomic.Uint64
	frames    atomic.Uint64
	delivered atomic.Uint64
	bytesOut  atomic.Uint64
	writes    atomic.Uint64

	_ [64]byte
}

func (n *counters) countClose(code uint16) { n.closed[indexOf(closeCodes[:], code)].Add(1) }

func (n *counters) countReject(status int) { n.rejected[indexOf(rejectStatuses[:], status)].Add(1) }

// indexOf is the place of v in known, or the last one.
func indexOf[T comparable](known []T, v T) int {
	if i := slices.Index(known, v); i >= 0 {
		return i
	}
	return len(known) - 1
}

// Stats sums up the counters of all reactors. Any goroutine may call it.
func (r *Reactors) Stats() Stats {
	s := Stats{Held: r.held.Load(), Rejected: make(map[int]uint64), Closed: make(map[uint16]uint64)}
	for _, l := range r.loops {
		s.Inbox += l.inbox.length.Load()
		s.add(&l.count)
	}
	return s
}

func (s *Stats) add(n *counters) {
	s.Connections += n.connections.Load()
	s.FanOut += n.fanOut.Load()
	s.FanOutBytes += n.fanOutBytes.Load()
	s.Accepted += n.accepted.Load()
	s.Refused += n.refused.Load()
	s.TimedOut += n.timedOut.Load()
	s.Flooded += n.flooded.Load()
	s.Postponed += n.postponed.Load()
	s.Slow += n.slow.Load()
	s.Cut += n.cut.Load()
	s.Messages += n.messages.Load()
	s.Frames += n.frames.Load()
	s.Delivered += n.delivered.Load()
	s.BytesOut += n.bytesOut.Load()
	s.Writes += n.writes.Load()
	for i := range n.rejected {
		addCount(s.Rejected, rejectStatuses[i], n.rejected[i].Load())
	}
	for i := range n.closed {
		addCount(s.Closed, closeCodes[i], n.closed[i].Load())
	}
}

func addCount[K comparable](m map[K]uint64, key K, n uint64) {
	if n > 0 {
		m[key] += n
	}
}
