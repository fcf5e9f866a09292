package bench

import (
	"sync/atomic"
)

// Traffic is the player that sends: as fast as the window allows, or after a
// schedule. Owned by its loop.
type traffic struct {
	loop    *loop
	rooms   []*room
	members []*member
	senders []*sender
	window  int       // sends in flight per sender
	quota   uint64    // sends per sender in all; 0: no limit
	plan    *schedule // nil: closed
	until   int64     // no send is due from here on
	next    int       // paced: whose turn it is
	running bool
	line    *finishLine
	crossed bool
}

// A finishLine tells the loops of a run when all of them have drained: those
// with no senders of their own must go on receiving for the others.
type finishLine struct{ open atomic.Int64 }

func (f *finishLine) clear() bool { return f.open.Load() == 0 }

// begin starts to send; what is due after until isn't sent.
func (t *traffic) begin(until int64) {
	t.running, t.until, t.crossed = true, until, false
	t.line.open.Add(1)
}

func (t *traffic) halt() { t.running = false }

func (t *traffic) finish() {
	for _, m := range t.members {
		m.finish()
	}
}

func (t *traffic) turn(now int64) {
	for _, r := range t.rooms {
		r.publish()
	}
	t.settle()
	if t.running {
		if t.plan != nil {
			t.paced(now)
		} else {
			t.closed(now)
		}
	}
	if !t.crossed && t.drained() {
		t.crossed = true
		t.line.open.Add(-1)
	}
}

func (t *traffic) settle() {
	for _, s := range t.senders {
		t.loop.rec.current.Messages += int64(s.ledger.settle(s.member.room.conv.low()))
	}
}

// closed fills every sender's window.
func (t *traffic) closed(now int64) {
	if now >= t.until {
		t.running = false
		return
	}
	for _, s := range t.senders {
		for !s.member.gone && s.ledger.inFlight() < t.window && !s.ledger.full() && t.allows(s) {
			s.send(now)
		}
	}
}

func (t *traffic) allows(s *sender) bool { return t.quota == 0 || s.ledger.issued < t.quota }

// paced sends what is due, each sender in turn. Where a sender has as many in
// flight as can be kept account of, the schedule waits for it, and what is due
// meanwhile is late: its latency counts from when it was due.
func (t *traffic) paced(now int64) {
	for due := t.plan.due(); due <= now; due = t.plan.due() {
		s := t.senders[t.next]
		if due >= t.until || s.member.gone {
			t.running = false
			return
		}
		if s.ledger.full() {
			return
		}
		s.send(due)
		t.loop.rec.wrote(due, now)
		t.plan.take()
		t.next = (t.next + 1) % len(t.senders)
	}
}

func (t *traffic) wakeAt() int64 {
	switch {
	case !t.running:
		return never
	case t.plan == nil:
		return t.until
	case t.senders[t.next].ledger.full():
		return never // an answer comes first
	}
	return t.plan.due()
}

// drained reports whether all that is to be sent was sent and has arrived.
func (t *traffic) drained() bool {
	if t.running && !t.satisfied() {
		return false
	}
	for _, s := range t.senders {
		if s.ledger.inFlight() > 0 && !s.member.gone {
			return false
		}
	}
	return true
}

// satisfied reports whether every sender has used up its quota.
func (t *traffic) satisfied() bool {
	if t.quota == 0 {
		return false
	}
	for _, s := range t.senders {
		if t.allows(s) && !s.member.gone {
			return false
		}
	}
	return true
}
