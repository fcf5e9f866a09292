package chat

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec"
	"gannet/codec/wire"
	"gannet/engine/internal/sequencer"
)

func TestRefusals(t *testing.T) {
	s := open(t, nil)
	for err, reason := range map[error]string{
		sequencer.ErrBusy:          wire.ReasonBusy,
		context.Canceled:           wire.ReasonBusy,
		context.DeadlineExceeded:   wire.ReasonBusy,
		sequencer.ErrShuttingDown:  wire.ReasonShuttingDown,
		sequencer.ErrStorageFull:   wire.ReasonStorageFull,
		sequencer.ErrNotMember:     wire.ReasonNotMember,
		sequencer.ErrNotFound:      wire.ReasonNotFound,
		sequencer.ErrConflict:      wire.ReasonConflict,
		sequencer.ErrGroupFull:     wire.ReasonGroupFull,
		sequencer.ErrTooManyGroups: wire.ReasonConflict,
		sequencer.ErrMuted:         wire.ReasonMuted,
		sequencer.ErrBlocked:       wire.ReasonBlocked,
		sequencer.ErrBanned:        wire.ReasonBanned,
		sequencer.ErrExists:        wire.ReasonConflict,
		errRights:                  wire.ReasonForbidden,
		errors.New("disk on fire"): wire.ReasonInternal,
	} {
		for _, e := range []error{err, fmt.Errorf("somewhere: %w", err)} {
			if got := s.Refusal(e); got.Reason != reason || got.Code != wire.Status(reason) {
				t.Errorf("%v: %v", e, got)
			}
		}
	}
	if got := s.Refusal(errors.New("disk on fire")); got.Msg != errInternal.Msg {
		t.Errorf("tells %q", got.Msg)
	}
}

// Ten mistakes in ten seconds close the connection; spread out they don't, nor
// do the server's own faults.
func TestErrorFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		slow := s.simple("1")
		for range 3 * maxErrors {
			slow.ask(`{`, object{"type": "error", "reason": "bad_json"})
			time.Sleep(errorWindow/(maxErrors-1) + time.Millisecond)
		}
		fast := s.simple("2")
		for range 3 * maxErrors {
			fast.on(func() { fast.session.refuse("c", errBusy.Pick()) })
			fast.expect(object{"type": "error", "reason": "busy"})
		}
		for range maxErrors {
			fast.ask(`{"type":"send","cid":"c","to":"2","content":1}`, object{"type": "error", "cid": "c", "reason": "bad_request"})
		}
		if code := <-fast.ended; code != codec.ClosePolicy {
			t.Errorf("closed with %d", code)
		}
		slow.ask(`{"type":"ping"}`, object{"type": "pong"})
	})
}

// TestLoginEnds: a login that has run out closes the connection, one that was
// renewed in time doesn't.
func TestLoginEnds(t *testing.T) {
	s := open(t, nil)
	c := s.simple("alice")
	now := time.Now()
	tick := func(at time.Time) { c.loop.wait(func() { c.session.Tick(at) }) }
	c.loop.wait(func() { c.session.Renew(&Token{Expires: now.Add(time.Hour)}, "") })
	tick(now.Add(59 * time.Minute))
	c.loop.wait(func() { c.session.Renew(&Token{Expires: now.Add(2 * time.Hour)}, "") })
	tick(now.Add(61 * time.Minute))
	select {
	case code := <-c.ended:
		t.Fatalf("closed with %d although renewed", code)
	default:
	}
	tick(now.Add(121 * time.Minute))
	if code := <-c.ended; code != codec.CloseAuth {
		t.Errorf("closed with %d, want %d", code, codec.CloseAuth)
	}
}
