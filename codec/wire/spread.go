package wire

import (
	"math/rand/v2"
	"time"
)

// Spread is a refusal that tells each client another time to try again, from half
// of a middle one to one and a half: so that those who were refused together do
// not come back together. Its errors are made once and shared.
type Spread struct{ errs [spreadLen]*Error }

const spreadLen = 64

// NewSpread returns a Spread around a time.
func NewSpread(reason, msg string, middle time.Duration) *Spread {
	s := new(Spread)
	for i := range s.errs {
		s.errs[i] = RetryError(reason, msg, middle/2+middle*time.Duration(i)/(spreadLen-1))
	}
	return s
}

// Pick returns one of the errors, drawn at random.
func (s *Spread) Pick() *Error { return s.errs[rand.N(len(s.errs))] }

// Later returns a time to try again for a client that must not come sooner than
// after wait: up to half as much later.
func Later(wait time.Duration) time.Duration {
	return wait + rand.N(max(wait/2, 1))
}
