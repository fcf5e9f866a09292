package sse

import "gannet/engine/internal/delivery"

// set is some streams. A stream may be taken out while a loop walks over the set.
type set map[*stream]struct{}

// table holds sets that have something in them.
type table[K comparable] map[K]set

func (t table[K]) add(key K, s *stream) {
	if t[key] == nil {
		t[key] = make(set, 1)
	}
	t[key][s] = struct{}{}
}

func (t table[K]) remove(key K, s *stream) {
	delete(t[key], s)
	if len(t[key]) == 0 {
		delete(t, key)
	}
}

// notify sends the post's frame to streams, but the excepted one.
func notify(streams set, p *delivery.Post) {
	for s := range streams {
		if s.ID() != p.Except {
			s.Send(p.Frame)
		}
	}
}
