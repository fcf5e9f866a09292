package chat

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gannet/codec"
	"gannet/storage"
)

// outlived is when no token can be good any more.
var outlived = time.Unix(1<<40, 0)

// revoked stands in for whoever knows which tokens are void.
type revoked struct {
	mu   sync.Mutex
	list []storage.Revocation
}

func (r *revoked) add(rec storage.Revocation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, rec)
}

func (r *revoked) epoch() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return uint64(len(r.list))
}

func (r *revoked) has(user string, t Token) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rec := range r.list {
		if rec.TokenID != "" && rec.TokenID == t.ID || rec.User == user && t.Issued.Before(time.Unix(rec.Before, 0)) {
			return true
		}
	}
	return false
}

// with opens a connection that has a token.
func (s *site) with(user, device, id string, issued time.Time) *conn {
	return s.login(0, Login{User: user, Device: device, Token: &Token{ID: id, Issued: issued}})
}

// A user's connections are closed at once, but for those with a younger token; one
// token's at the next tick.
func TestRevoke(t *testing.T) {
	s := open(t, nil)
	ctx := t.Context()
	now := time.Now().Truncate(time.Second)
	old, young := s.with("a", "1", "t1", now.Add(-time.Hour)), s.with("a", "2", "t2", now.Add(time.Hour))
	other, trusted := s.with("b", "1", "t3", now.Add(-time.Hour)), s.connect(0, "a", "3", false)
	s.joined()
	s.must(s.Revoke(ctx, "a", "", now, time.Time{}))
	s.ended(old, codec.CloseAuth)
	s.must(s.Revoke(ctx, "a", "", now.Add(-time.Hour), now.Add(time.Hour))) // which is less: it takes nothing back
	s.must(s.Revoke(ctx, "", "t3", time.Time{}, now.Add(time.Hour)))
	for _, c := range []*conn{young, other, trusted} {
		s.forget(c)
		c.ask(`{"type":"ping"}`, object{"type": "pong"})
		c.tick()
	}
	s.ended(other, codec.CloseAuth)
	for _, c := range []*conn{young, trusted} {
		c.ask(`{"type":"ping"}`, object{"type": "pong"})
	}
	var kept []storage.Revocation
	s.must(s.db.Revocations(func(r storage.Revocation) error { kept = append(kept, r); return nil }))
	want := []storage.Revocation{{TokenID: "t3", Until: now.Add(time.Hour).Unix()}, {User: "a", Before: now.Unix(), Until: outlived.Unix()}}
	if !slices.Equal(kept, want) {
		t.Errorf("%+v", kept)
	}
}

// Of the revocations that are kept, a start drops those that have outlived all
// tokens.
func TestOldRevocations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, nil)
		now := time.Now()
		s.must(s.Revoke(t.Context(), "a", "", now, now.Add(-time.Second)))
		s.must(s.Revoke(t.Context(), "b", "", now, now))
		s.must(s.Revoke(t.Context(), "c", "", now, now.Add(time.Second)))
		s.Start()
		synctest.Wait()
		var kept []string
		s.must(s.db.Revocations(func(r storage.Revocation) error { kept = append(kept, r.User); return nil }))
		if !slices.Equal(kept, []string{"c"}) {
			t.Errorf("%v", kept)
		}
	})
}

// A token that is revoked between its check and the connection's opening, or its
// renewal, doesn't slip through.
func TestRevokedMeanwhile(t *testing.T) {
	s := open(t, nil)
	s.must(s.Revoke(t.Context(), "", "t1", time.Time{}, time.Time{}))
	c := s.with("a", "1", "t1", time.Now())
	c.tick()
	s.ended(c, codec.CloseAuth)
	c = s.with("a", "1", "t2", time.Now())
	c.tick()
	c.on(func() { c.session.Renew(&Token{ID: "t1"}, "") })
	c.tick()
	s.ended(c, codec.CloseAuth)
}
