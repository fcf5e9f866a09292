package metrics

import (
	"cmp"
	"slices"
	"sync"
)

// TopRooms finds the busiest rooms of a short time without counting all of them:
// it has a few slots, and a room that has none takes that of the least busy. It is
// the space-saving algorithm (Metwally, Agrawal, El Abbadi: Efficient Computation
// of Frequent and Top-k Elements in Data Streams, 2005) in small sets, as a cache
// has them, so that counting a room looks at no more than one set.
//
// The log's writer counts, under the lock, once for each batch.
type TopRooms struct {
	sync.Mutex
	sets [topSets][topWays]topSlot
}

const (
	topBits = 6
	topSets = 1 << topBits
	topWays = 8
)

// topSlot is a room that is counted. What it inherits of the one before in weight
// lets it stay for a while; what is shown it has done itself.
type topSlot struct {
	num                  uint64 // of the room; 0: free
	weight               uint64
	id                   string
	messages, deliveries uint64
}

// Room is what a room did.
type Room struct {
	ID         string // of its conversation
	Messages   uint64 // entries of its log
	Deliveries uint64 // of these, to connections
}

func (r *Room) weight() uint64 { return r.Messages + r.Deliveries }

// Add counts messages of the room with a number, which must not be 0. Call it with
// the lock held.
func (t *TopRooms) Add(num uint64, id string, messages, deliveries int) {
	set := &t.sets[num*0x9E3779B97F4A7C15>>(64-topBits)] // the golden ratio spreads neighbours: Knuth, TAOCP 6.4
	least := 0
	for i := range set {
		if set[i].num == num {
			set[i].count(messages, deliveries)
			return
		}
		if set[i].weight < set[least].weight {
			least = i
		}
	}
	slot := &set[least]
	*slot = topSlot{num: num, id: id, weight: slot.weight}
	slot.count(messages, deliveries)
}

func (s *topSlot) count(messages, deliveries int) {
	s.weight += uint64(messages + deliveries)
	s.messages += uint64(messages)
	s.deliveries += uint64(deliveries)
}

// take returns the busiest rooms since the last call, at most n, and begins anew.
func (t *TopRooms) take(n int) []Room {
	t.Lock()
	sets := t.sets
	t.sets = [topSets][topWays]topSlot{}
	t.Unlock()
	var rooms []Room
	for i := range sets {
		for _, s := range sets[i] {
			if s.num != 0 {
				rooms = append(rooms, Room{s.id, s.messages, s.deliveries})
			}
		}
	}
	return busiest(rooms, n)
}

// busiest sorts rooms, the busiest first, and leaves n.
func busiest(rooms []Room, n int) []Room {
	slices.SortFunc(rooms, func(a, b Room) int {
		return cmp.Or(cmp.Compare(b.weight(), a.weight()), cmp.Compare(a.ID, b.ID))
	})
	return slices.Clone(rooms[:min(n, len(rooms))])
}

// sumRooms adds up what rooms did in several lists.
func sumRooms(lists [][]Room, n int) []Room {
	sums := make(map[string]*Room)
	var all []Room
	for _, list := range lists {
		for _, r := range list {
			if s := sums[r.ID]; s != nil {
				s.Messages += r.Messages
				s.Deliveries += r.Deliveries
				continue
			}
			sums[r.ID] = &r
		}
	}
	for _, r := range sums {
		all = append(all, *r)
	}
	return busiest(all, n)
}
