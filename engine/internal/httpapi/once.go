package httpapi

import (
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"gannet/codec/wire"
)

var (
	errKey        = wire.NewError(wire.ReasonBadRequest, "Idempotency-Key must be 1 to 64 bytes of printable text, given once")
	errInProgress = wire.RetryError(wire.ReasonConflict, "a request with this Idempotency-Key is in progress", time.Second)
)

// maxKept is how long an answer may be to be kept. A longer one, of a request that
// named very many users, is made again: acting twice changes nothing then.
const maxKept = 16 << 10

// once does what a POST asks for, unless that was done already under its
// Idempotency-Key: then it gives the answer of the first time. A refusal isn't
// kept, so the request may be tried again.
//
// The answer is on disk before the client gets it. A crash between the act and
// the keeping of its answer lets a retry act again; so where acting twice would
// leave two things behind, the action must find what the first one left
// (createGroup does).
func (s *Server) once(x *exchange, do action) *wire.Error {
	key, err := x.idempotencyKey()
	switch {
	case err != nil:
		return err
	case key == "":
		return do(s, x)
	}
	owner := x.keyOwner()
	if !s.underWay.enter(owner, key) {
		return errInProgress
	}
	defer s.underWay.leave(owner, key)
	return s.replayOrDo(x, do, owner, key)
}

func (s *Server) replayOrDo(x *exchange, do action, owner, key string) *wire.Error {
	ctx, print := x.r.Context(), x.fingerprint()
	kept, found, err := s.chat.Answer(ctx, owner, key, print)
	if err != nil {
		return s.refusal(x, err)
	}
	if found {
		x.out = append(x.out, kept...)
		return nil
	}
	if refusal := do(s, x); refusal != nil {
		return refusal
	}
	if len(x.out) > maxKept {
		return nil
	}
	if err := s.chat.KeepAnswer(ctx, owner, key, print, x.out[len(okHead):]); err != nil {
		return s.refusal(x, err)
	}
	return nil
}

// idempotencyKey is the value of the header, "" where it isn't given.
func (x *exchange) idempotencyKey() (string, *wire.Error) {
	keys := x.r.Header["Idempotency-Key"]
	switch {
	case len(keys) == 0:
		return "", nil
	case len(keys) > 1 || !wire.ValidCID(keys[0]):
		return "", errKey
	}
	return keys[0], nil
}

// keyOwner is whose keys these are. No user has a colon in front.
func (x *exchange) keyOwner() string {
	if x.user == "" {
		return ":" + x.backend
	}
	return x.user
}

// fingerprint tells requests apart that came under the same key.
func (x *exchange) fingerprint() uint64 {
	d := xxhash.New() // its writes never fail
	_, _ = d.WriteString(x.r.Method)
	_, _ = d.WriteString(" ")
	_, _ = d.WriteString(x.r.URL.Path)
	_, _ = d.WriteString("\n")
	_, _ = d.Write(x.body)
	return d.Sum64()
}

// underWay holds the keys of the requests that are being served. There are never
// more than connections.
type underWay struct {
	mu   sync.Mutex
	keys map[ownedKey]struct{}
}

type ownedKey struct{ owner, key string }

// enter reports whether nobody else is at it with this key.
func (u *underWay) enter(owner, key string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.keys == nil {
		u.keys = make(map[ownedKey]struct{})
	}
	k := ownedKey{owner, key}
	if _, taken := u.keys[k]; taken {
		return false
	}
	u.keys[k] = struct{}{}
	return true
}

func (u *underWay) leave(owner, key string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.keys, ownedKey{owner, key})
}
