package desk

import (
	"container/heap"
	"iter"
)

// line is how far several lanes were gone through together, as a heap with who is
// to be served first before.
type line []cursor

// inOrder goes through lanes, none of which is empty, as if they were one.
func inOrder(lanes []*lane) iter.Seq[*session] {
	return func(yield func(*session) bool) {
		l := make(line, len(lanes))
		for i := range lanes {
			l[i].lane = lanes[i]
		}
		heap.Init(&l)
		for len(l) > 0 {
			c := &l[0]
			if !yield(c.session()) {
				return
			}
			if c.at++; c.at == len(c.lane.list) {
				heap.Pop(&l)
			} else {
				heap.Fix(&l, 0)
			}
		}
	}
}

// of are the lanes of a skill group in which somebody waits.
func (f *floor) of(skill string) (lanes []*lane) {
	for _, key := range [...]laneKey{{skill, false, false}, {skill, false, true}, {skill, true, false}, {skill, true, true}} {
		if l := f.lanes[key]; l != nil {
			lanes = append(lanes, l)
		}
	}
	return lanes
}

// all are the lanes in which somebody waits.
func (f *floor) all() []*lane {
	lanes := make([]*lane, 0, len(f.lanes))
	for _, l := range f.lanes {
		lanes = append(lanes, l)
	}
	return lanes
}

func (c *cursor) session() *session { return c.lane.list[c.at] }

// What follows is heap.Interface.

func (l line) Len() int           { return len(l) }
func (l line) Less(i, j int) bool { return ahead(l[i].session(), l[j].session()) < 0 }
func (l line) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }

// Push implements [heap.Interface].
func (l *line) Push(x any) { *l = append(*l, x.(cursor)) }

// Pop implements [heap.Interface].
func (l *line) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}
