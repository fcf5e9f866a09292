package auth

import (
	"sync"
	"sync/atomic"
	"time"
)

// Revocation takes back tokens that are good otherwise: those of a user that
// were issued before a time, or the one with an id, or both.
type Revocation struct {
	User    string    // whose tokens; empty = nobody's
	Before  time.Time // the user's tokens with an earlier iat, or none, are refused
	TokenID string    // the jti of the token; empty = none
	Until   time.Time // from then on the revocation may be forgotten; zero = never
}

// Revocations are the tokens that were taken back. They are in memory only:
// whoever needs them after a restart keeps them elsewhere and revokes again. All
// methods are safe for concurrent use, and reading takes no lock.
//
// An iat has whole seconds, and so a revocation reaches to the end of its second:
// a token that is issued in it, even afterwards, is refused.
type Revocations struct {
	mu     sync.Mutex // held by writers
	users  sync.Map   // of string to *mark
	tokens sync.Map   // of string to *mark
	epoch  atomic.Uint64
}

// mark is never changed after it was stored.
type mark struct {
	before time.Time // of a user
	until  time.Time // zero = for ever
}

// Revoke adds a revocation. One of the same user or token that is there already
// is made to reach and last at least as far.
func (r *Revocations) Revoke(v Revocation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v.User != "" {
		extend(&r.users, v.User, mark{v.Before, v.Until})
	}
	if v.TokenID != "" {
		extend(&r.tokens, v.TokenID, mark{until: v.Until})
	}
	r.epoch.Add(1) // after the stores: who sees it, sees them
}

func extend(marks *sync.Map, key string, m mark) {
	if old, ok := marks.Load(key); ok {
		old := old.(*mark)
		m.before = later(m.before, old.before)
		if m.until.IsZero() || old.until.IsZero() {
			m.until = time.Time{}
		} else {
			m.until = later(m.until, old.until)
		}
	}
	marks.Store(key, &m)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Revoked reports whether the token of id was taken back. A token without iat
// counts as issued at 0, before any revocation of its user.
func (r *Revocations) Revoked(id Identity) bool {
	if r.epoch.Load() == 0 { // as on most servers for most of the time
		return false
	}
	if id.ID != "" {
		if _, ok := r.tokens.Load(id.ID); ok {
			return true
		}
	}
	m, ok := r.users.Load(id.User)
	return ok && id.Issued.Before(m.(*mark).before)
}

// Epoch moves with each Revoke. Who has seen that a token isn't revoked needs to
// ask again only when the epoch is another than before that.
func (r *Revocations) Epoch() uint64 { return r.epoch.Load() }

// Forget drops the revocations whose Until has come.
func (r *Revocations) Forget(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, marks := range []*sync.Map{&r.users, &r.tokens} {
		marks.Range(func(key, m any) bool {
			if until := m.(*mark).until; !until.IsZero() && !now.Before(until) {
				marks.Delete(key)
			}
			return true
		})
	}
}
