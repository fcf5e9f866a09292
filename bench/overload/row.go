package overload

import (
	"fmt"
	"time"
)

// Row is what one attack showed.
type Row struct {
	Attack    string         `json:"attack"`
	What      string         `json:"what"`
	Counts    map[string]int `json:"counts"`           // what the server did, and what the attackers saw
	Alone     float64        `json:"p99_alone_ms"`     // of the healthy chat, before the attack
	Meanwhile float64        `json:"p99_meanwhile_ms"` // and during it
	Seconds   float64        `json:"attack_seconds"`
	Before    Usage          `json:"before"`
	Peak      Usage          `json:"peak"`
	After     Usage          `json:"after"`
	Back      float64        `json:"back_seconds"` // until the figures were as before; the whole time where they never were
	Slow      bool           `json:"slow"`         // the healthy chat suffered too much
	Faults    []string       `json:"faults,omitempty"`
}

// OK reports whether the attack did no harm beyond the bounds.
func (r *Row) OK() bool { return len(r.Faults) == 0 && !r.Slow }

func (r *Row) fault(format string, args ...any) {
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}

// The bounds. A figure may stay 5 % above what it was; below these differences it is
// as before anyway: the runtime and the database have goroutines and files that come
// and go, and memory is given back in pieces.
const (
	partAbove        = 20 // a twentieth
	goroutinesAbove  = 4
	descriptorsAbove = 4
	memoryAbove      = 24 << 20
)

// The healthy chat's p99 may double. What is below latencyFloor is good in any case:
// the attackers share the machine, and a turn of the scheduler takes this long.
const latencyFloor = 5 * time.Millisecond

// back reports whether the server is as before.
func (r *Row) back(u Usage) bool {
	within := func(now, before, above int64) bool { return now <= before+max(before/partAbove, above) }
	return within(u.Memory, r.Before.Memory, memoryAbove) &&
		within(int64(u.Goroutines), int64(r.Before.Goroutines), goroutinesAbove) &&
		within(int64(u.Descriptors), int64(r.Before.Descriptors), descriptorsAbove)
}

// tooSlow reports whether the healthy chat suffered too much.
func (r *Row) tooSlow() bool {
	return r.Meanwhile > max(2*r.Alone, float64(latencyFloor)/float64(time.Millisecond))
}
