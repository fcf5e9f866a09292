package chat

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gannet/codec/wire"
)

// The log has the entries of all conversations in the order of their ids, from one
// id to another, as many as are asked for, until who reads has enough.
func TestLog(t *testing.T) {
	s := open(t, nil)
	var ids []uint64
	for i := range 300 {
		ids = append(ids, s.write("a", wire.Request{To: fmt.Sprint("b", i/3%7)}).ID)
	}
	last := ids[299]
	for _, c := range []struct {
		after, to  uint64
		limit, has int // 0: all
		want       []uint64
		upTo       uint64
	}{
		{0, math.MaxUint64, 1000, 0, ids, last},
		{0, math.MaxUint64, 10, 0, ids[:10], ids[9]},
		{ids[9], math.MaxUint64, 10, 0, ids[10:20], ids[19]},
		{ids[9], ids[14], 10, 0, ids[10:15], ids[14]},
		{ids[13], ids[14], 1, 0, ids[14:15], ids[14]},
		{0, math.MaxUint64, 1000, 4, ids[:4], ids[3]},
		{0, math.MaxUint64, 5, 5, ids[:5], ids[4]},
		{last, math.MaxUint64, 5, 0, nil, last},
		{last + 5, math.MaxUint64, 5, 0, nil, last + 5},
	} {
		var got []uint64
		upTo, err := s.Log(c.after, c.to, c.limit, func(e *Logged) bool {
			got = append(got, e.ID)
			return len(got) != c.has
		})
		if err != nil || !slices.Equal(got, c.want) || upTo != c.upTo {
			t.Errorf("%+v: %d entries up to %d, %v", c, len(got), upTo, err)
		}
	}
	for most, want := range map[uint64]uint64{1000: 290, 7: 7} {
		if n, err := s.CountLog(ids[9], most, nil); n != want || err != nil {
			t.Errorf("up to %d: %d, %v", most, n, err)
		}
	}
}
