package chaos

import (
	"maps"
	"slices"
)

// places are what a device has of a conversation's log.
type places struct {
	upTo uint64              // it has everything up to here
	more map[uint64]struct{} // and these above
	live bool                // this connection is pushed everything from now on
	from uint64              // that is above here
	last uint64              // the largest place that was pushed
}

func newPlaces() *places {
	return &places{more: make(map[uint64]struct{})}
}

// pushed adds a place that was pushed.
func (p *places) pushed(place uint64) {
	p.last = max(p.last, place)
	p.has(place)
}

// has adds a place. That of a message that was sent on the same connection may
// be answered before smaller ones are pushed.
func (p *places) has(place uint64) {
	if place > p.upTo {
		p.more[place] = struct{}{}
	}
	p.settle(p.upTo)
}

// settle adds everything up to a place.
func (p *places) settle(upTo uint64) {
	p.upTo = max(p.upTo, upTo)
	for {
		if _, ok := p.more[p.upTo+1]; !ok {
			break
		}
		p.upTo++
	}
	maps.DeleteFunc(p.more, func(place uint64, _ struct{}) bool { return place <= p.upTo })
}

// synced says that a sync has brought everything up to a place, and that the rest
// will be pushed unless there is more.
func (p *places) synced(upTo uint64, more bool) {
	p.settle(upTo)
	p.live, p.from = !more, upTo
}

// lacking returns the places up to one that the device doesn't have.
func (p *places) lacking(upTo uint64) (all []uint64) {
	for place := p.upTo + 1; place <= upTo; place++ {
		if _, ok := p.more[place]; !ok {
			all = append(all, place)
		}
	}
	return all
}

// missing returns the places above the beginning of the pushes that the
// connection wasn't sent although it was pushed larger ones.
func (p *places) missing() (all []uint64) {
	if !p.live || p.last == 0 {
		return nil
	}
	return slices.DeleteFunc(p.lacking(p.last-1), func(place uint64) bool { return place <= p.from })
}
