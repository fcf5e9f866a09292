package chaos

import (
	"context"
	"math/rand/v2"
	"time"

	"gannet/bench/checker"
)

// A visitor takes one guest out of a group and in again, by the guest's own will
// or the owner's. Each step is repeated until it is known to be done.
type visitor struct {
	*world
	conv  *conversation
	guest *user
	owner *user

	unsure bool // an attempt of this turn has had no answer
}

func newVisitor(w *world, c *conversation, guest string) *visitor {
	return &visitor{world: w, conv: c, guest: w.users[guest], owner: w.users[c.members[0]]}
}

// A guest stays in or out for a time between these.
const (
	shortStay = 200 * time.Millisecond
	longStay  = 2 * time.Second
)

// run comes and goes until nothing new is to be begun, and then comes in.
func (v *visitor) run(ctx context.Context, rng *rand.Rand) {
	defer v.guests.Add(-1)
	for v.stay(ctx, rng) && v.fresh.Load() {
		v.conv.leaving(v.guest.name)
		v.until(ctx, func() bool { return v.leave(ctx, rng.IntN(2) == 0) })
		v.stay(ctx, rng)
		v.until(ctx, func() bool { return v.join(ctx, rng.IntN(2) == 0) })
		if ctx.Err() == nil {
			v.conv.returned(v.guest.name, v.rec.now())
		}
	}
}

// stay waits until it is time to go, or until nothing new is to be begun. It
// reports whether ctx goes on.
func (v *visitor) stay(ctx context.Context, rng *rand.Rand) bool {
	end := time.Now().Add(between(rng, shortStay, longStay))
	for v.fresh.Load() && time.Now().Before(end) {
		if !pause(ctx, look) {
			return false
		}
	}
	return ctx.Err() == nil
}

// until tries until it is done.
func (v *visitor) until(ctx context.Context, try func() bool) {
	for v.unsure = false; !try() && pause(ctx, look); {
	}
}

// leave reports whether the guest is out. One who may be out already, by an
// attempt that wasn't answered, may be not found.
func (v *visitor) leave(ctx context.Context, kicked bool) bool {
	e := checker.Event{Verb: checker.Leave, Conv: v.conv.id, Subject: v.guest.name}
	by, method, path := v.guest, "POST", "/groups/"+v.conv.group+"/leave"
	if kicked {
		by, method, path = v.owner, "DELETE", "/groups/"+v.conv.group+"/members/"+v.guest.name
	}
	return v.change(ctx, by, e, method, path, nil)
}

// join reports whether the guest is in.
func (v *visitor) join(ctx context.Context, taken bool) bool {
	e := checker.Event{Verb: checker.Join, Conv: v.conv.id, Subject: v.guest.name}
	if !taken {
		return v.change(ctx, v.guest, e, "POST", "/groups/"+v.conv.group+"/join", struct{}{})
	}
	return v.change(ctx, v.owner, e, "POST", "/groups/"+v.conv.group+"/members",
		map[string][]string{"members": {v.guest.name}})
}

func (v *visitor) change(ctx context.Context, by *user, e checker.Event, method, path string, body any) bool {
	e.User = by.name
	op := v.rec.invoke(e)
	r, err := v.ask(ctx, by, method, path, body, nil)
	switch {
	case err != nil:
		v.rec.unknown(op, r.at)
		v.unsure = true
		return false
	case r.Code == 200, e.Verb == checker.Leave && r.Reason == "not_found" && v.unsure:
		v.rec.ok(op, checker.Event{})
		return true
	}
	v.refused(op, v.guest.name, r.Reason, r.Msg)
	return false
}
