package desk

import (
	"cmp"
	"container/heap"
)

// nowhere is the place of a session without a deadline.
const nowhere = -1

// deadlines are sessions with one, as a heap with the earliest first.
type deadlines []*session

// set gives a session another deadline; 0: none.
func (h *deadlines) set(s *session, at int64) {
	if at == s.due {
		return
	}
	s.due = at
	switch {
	case at == 0:
		heap.Remove(h, s.place)
	case s.place == nowhere:
		heap.Push(h, s)
	default:
		heap.Fix(h, s.place)
	}
}

// first is the session with the earliest deadline, or nil.
func (h deadlines) first() *session {
	if len(h) == 0 {
		return nil
	}
	return h[0]
}

// earliest is that deadline, or 0.
func (h deadlines) earliest() int64 {
	if len(h) == 0 {
		return 0
	}
	return h[0].due
}

// next is the earliest deadline of a session; 0: none.
func (s *session) next() (at int64) {
	r := &s.rec
	fallback := r.FallbackAt
	if s.fallen {
		fallback = 0
	}
	for _, t := range [...]int64{r.LostAt, r.ReplyAt, r.WarnAt, r.CloseAt, r.OfflineAt, fallback} {
		if t != 0 && (at == 0 || t < at) {
			at = t
		}
	}
	return at
}

// What follows is heap.Interface.

func (h deadlines) Len() int { return len(h) }

func (h deadlines) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].due, h[j].due), cmp.Compare(h[i].rec.Order, h[j].rec.Order)) < 0
}

func (h deadlines) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

// Push implements [heap.Interface].
func (h *deadlines) Push(x any) {
	s := x.(*session)
	s.place = len(*h)
	*h = append(*h, s)
}

// Pop implements [heap.Interface].
func (h *deadlines) Pop() any {
	last := len(*h) - 1
	s := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	s.place = nowhere
	return s
}
