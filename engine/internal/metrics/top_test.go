package metrics

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// A few busy rooms among very many others are found, and what is shown of them is
// never more than they did.
func TestTopRooms(t *testing.T) {
	var top TopRooms
	const rooms, busy = 20_000, 5
	ids := make([]string, rooms+1)
	for i := range ids {
		ids[i] = fmt.Sprintf("group_%d", i)
	}
	did := make(map[string]Room)
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		num, reach := 1+r.Uint64N(rooms), 2
		if r.IntN(4) == 0 {
			num, reach = 1+r.Uint64N(busy), 100
		}
		top.Add(num, ids[num], 1, reach)
		d := did[ids[num]]
		did[ids[num]] = Room{ids[num], d.Messages + 1, d.Deliveries + uint64(reach)}
	}
	list := top.take(busy)
	if len(list) != busy {
		t.Fatalf("%d rooms", len(list))
	}
	for i, room := range list {
		is := did[room.ID]
		if is.Deliveries < 100_000 {
			t.Errorf("place %d: %s had %d deliveries only", i+1, room.ID, is.Deliveries)
		}
		if room.Messages > is.Messages || room.Deliveries > is.Deliveries || room.Deliveries < is.Deliveries*9/10 {
			t.Errorf("%s is shown as %+v, was %+v", room.ID, room, is)
		}
		if i > 0 && room.weight() > list[i-1].weight() {
			t.Errorf("place %d is busier than %d", i+1, i)
		}
	}
	if left := top.take(busy); len(left) != 0 {
		t.Errorf("still there: %v", left)
	}
}

// neighbours are numbers of rooms that share a set.
func neighbours(n int) (nums []uint64) {
	for num := uint64(1); len(nums) < n; num++ {
		if num*0x9E3779B97F4A7C15>>(64-topBits) == 0 {
			nums = append(nums, num)
		}
	}
	return nums
}

// A room that becomes busy while its set is full of others gets its place in time,
// although strangers come in between, and is not credited with what they did.
func TestTopRoomsMakesRoom(t *testing.T) {
	var top TopRooms
	nums := neighbours(topWays + 401)
	for _, old := range nums[:topWays] {
		top.Add(old, "old", 10, 40)
	}
	late, strangers := nums[topWays], nums[topWays+1:]
	for _, stranger := range strangers {
		top.Add(late, "late", 1, 0)
		top.Add(stranger, "stranger", 0, 1)
	}
	shown := false
	for _, r := range top.take(topWays) {
		switch r.ID {
		case "late":
			shown = true
			if r.Deliveries != 0 || r.Messages < 200 || r.Messages > 400 {
				t.Errorf("the late one is shown as %+v", r)
			}
		case "stranger":
			if r.Messages != 0 || r.Deliveries != 1 {
				t.Errorf("a stranger is shown as %+v", r)
			}
		}
	}
	if !shown {
		t.Error("the late one is not shown")
	}
}

func TestSumRooms(t *testing.T) {
	lists := [][]Room{{{"a", 1, 10}, {"b", 5, 5}}, nil, {{"b", 5, 5}, {"c", 0, 1}}}
	got := fmt.Sprint(sumRooms(lists, 2))
	if want := "[{b 10 10} {a 1 10}]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if lists[0][1].Messages != 5 {
		t.Error("a list was changed")
	}
}

// BenchmarkTopRooms counts a room that is known already, and one of so many that
// most have no slot.
func BenchmarkTopRooms(b *testing.B) {
	for name, rooms := range map[string]uint64{"known": 50, "crowd": 100_000} {
		b.Run(name, func(b *testing.B) {
			var top TopRooms
			num := uint64(1)
			for b.Loop() {
				num = num*6364136223846793005 + 1442695040888963407
				top.Add(1+num>>32%rooms, "group_1", 1, 20)
			}
		})
	}
}
