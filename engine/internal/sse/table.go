package sse

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
