package chat

import (
	"context"
	"time"

	"gannet/codec"
	"gannet/engine/internal/sequencer"
	"gannet/storage"
)

// Token is what a session knows of the token it was opened with.
type Token struct {
	ID      string
	Issued  time.Time
	Expires time.Time // from then on the connection is closed unless renewed
}

// Revoke makes tokens void: one by its id, or all of a user that were issued
// before a time. It is on disk when it returns; connections that were opened with
// them are closed, those of the user at once and others within a tick. The record
// is kept until a time; where that is zero, as long as tokens can live.
func (s *Service) Revoke(_ context.Context, user, tokenID string, before, until time.Time) error {
	if until.IsZero() {
		until = s.cfg.Outlived(time.Now())
	}
	rec := storage.Revocation{User: user, TokenID: tokenID, Before: wholeSeconds(before), Until: wholeSeconds(until)}
	err := s.seq.DoAnyway(func(tx *sequencer.Tx) error {
		old, ok, err := tx.Reads(sequencer.OfRevocations()).Revocation(rec)
		if ok {
			rec = stronger(rec, old)
		}
		if err == nil {
			tx.Writes(sequencer.OfRevocations()).PutRevocation(rec)
		}
		return err
	})
	if err != nil {
		return s.Refusal(err)
	}
	s.cfg.Revoke(rec)
	if user == "" {
		return nil
	}
	conns, err := s.connections(user)
	for _, c := range conns {
		s.loops.Do(c.Conn, func(ss *Session) { ss.checkToken(time.Now()) })
	}
	return s.done(err)
}

// stronger is a revocation that voids what either does, for as long as either does.
func stronger(a, b storage.Revocation) storage.Revocation {
	a.Before = max(a.Before, b.Before)
	if a.Until == 0 || b.Until == 0 {
		a.Until = 0
	} else {
		a.Until = max(a.Until, b.Until)
	}
	return a
}

// wholeSeconds rounds up: a token says only in which second it was issued. The
// zero time stays 0.
func wholeSeconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Add(time.Second - 1).Unix()
}

// dropRevocations forgets those that no token can need any more. The log's writer
// looks for them: one that is renewed meanwhile must stay.
func (s *Service) dropRevocations() error {
	return s.seq.DoAnyway(func(tx *sequencer.Tx) error {
		var past []storage.Revocation
		now := tx.Now() / 1000
		err := tx.Reads(sequencer.OfRevocations()).Revocations(func(r storage.Revocation) error {
			if r.Until != 0 && r.Until <= now {
				past = append(past, r)
			}
			return nil
		})
		for _, r := range past {
			tx.Writes(sequencer.OfRevocations()).DeleteRevocation(r)
		}
		return err
	})
}

// checkToken closes the connection if its token has run out or is void.
func (ss *Session) checkToken(now time.Time) (closed bool) {
	t := ss.token
	if t == nil {
		return false
	}
	if !t.Expires.IsZero() && now.After(t.Expires) {
		ss.conn.Close(codec.CloseAuth, "the login has expired")
		return true
	}
	if epoch := ss.svc.cfg.Revocations(); epoch != ss.revocations {
		ss.revocations = epoch
		if ss.svc.cfg.Revoked(ss.user, *t) {
			ss.conn.Close(codec.CloseAuth, "the login was revoked")
			return true
		}
	}
	return false
}
