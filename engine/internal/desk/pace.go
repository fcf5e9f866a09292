package desk

import (
	"time"

	"gannet/codec/wire"
	"gannet/storage"
)

// A visitor may open so many sessions at once, and one more each openEvery. A session
// stays in its visitor's list for good, and what is in it is looked through with
// each login.
const (
	openAtOnce = 20
	openEvery  = time.Minute
)

// pace lets a visitor open one more session, or says when they may.
func pace(v *storage.DeskVisitor, now int64) error {
	full := max(v.FullAt, now) + openEvery.Milliseconds()
	if wait := since(now+openAtOnce*openEvery.Milliseconds(), full); wait > 0 {
		return wire.RetryError(wire.ReasonRateLimited, "too many sessions; try again later", wire.Later(wait))
	}
	v.FullAt = full
	return nil
}
