package checker

import (
	"cmp"
	"math"
	"slices"
)

// A mark is a value noted at a time.
type mark struct {
	at    int64
	value uint64
	event int // which event shows it, as a place in the history
}

// peaks knows the highest value that was noted before any time.
type peaks []mark

// newPeaks sorts marks and keeps those that are higher than all before.
func newPeaks(marks []mark) peaks {
	slices.SortStableFunc(marks, compareTimes)
	kept := marks[:0]
	for _, m := range marks {
		if len(kept) == 0 || m.value > kept[len(kept)-1].value {
			kept = append(kept, m)
		}
	}
	return kept
}

// before returns the highest mark that is earlier than at.
func (p peaks) before(at int64) (mark, bool) {
	n, _ := slices.BinarySearchFunc(p, at, compareTime)
	if n == 0 {
		return mark{}, false
	}
	return p[n-1], true
}

// reached returns the first time at which a value as high was noted.
func (p peaks) reached(value uint64) int64 {
	n, _ := slices.BinarySearchFunc(p, value, func(m mark, v uint64) int { return cmp.Compare(m.value, v) })
	if n == len(p) {
		return never
	}
	return p[n].at
}

// troughs knows the lowest value that was noted after any time.
type troughs []mark

// newTroughs sorts marks and keeps those that are lower than all after.
func newTroughs(marks []mark) troughs {
	slices.SortStableFunc(marks, compareTimes)
	kept := len(marks)
	for i := len(marks) - 1; i >= 0; i-- {
		if kept == len(marks) || marks[i].value < marks[kept].value {
			kept--
			marks[kept] = marks[i]
		}
	}
	return marks[kept:]
}

// lowest returns the mark of the lowest value that was noted later than at.
func (t troughs) lowest(at int64) (mark, bool) {
	n, _ := slices.BinarySearchFunc(t, at, func(m mark, at int64) int {
		if m.at <= at {
			return -1
		}
		return 1
	})
	if n == len(t) {
		return mark{}, false
	}
	return t[n], true
}

// after returns the lowest value that was noted later than at, the largest
// number if none was.
func (t troughs) after(at int64) uint64 {
	if m, some := t.lowest(at); some {
		return m.value
	}
	return math.MaxUint64
}

func compareTimes(a, b mark) int { return cmp.Compare(a.at, b.at) }

func compareTime(m mark, at int64) int { return cmp.Compare(m.at, at) }
