package desk

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // hosts and images without a zone database are common, and a desk's hours must mean the same on each
)

// Hours says when a desk is open: by the clock on the wall of its time zone, and
// so through every change of it. They never change and may be used by any
// goroutine. A nil Hours is always open and in UTC.
type Hours struct {
	zone   *time.Location
	week   [7][]span // by time.Weekday; sorted; a span belongs to the day on which it begins
	closed []holiday // sorted, none touches another
	always bool
}

// span is a part of a day in minutes since midnight by the wall clock. One that
// goes on past midnight ends above minutesOfDay.
type span struct{ from, to int }

const minutesOfDay = 24 * 60

// holiday is a stretch of closed days, numbered as dayOf does.
type holiday struct{ first, last int }

// Zone is the time zone of the desk.
func (h *Hours) Zone() *time.Location {
	if h == nil {
		return time.UTC
	}
	return h.zone
}

// Open reports whether the desk is open at t.
func (h *Hours) Open(t time.Time) bool {
	if h == nil || h.always {
		return true
	}
	day, minute := h.wall(t)
	for _, s := range h.spans(day) {
		if s.from <= minute && minute < s.to {
			return true
		}
	}
	for _, s := range h.spans(day - 1) {
		if minute+minutesOfDay < s.to {
			return true
		}
	}
	return false
}

// wall is what calendar and clock of the desk show at t.
func (h *Hours) wall(t time.Time) (day, minute int) {
	t = t.In(h.zone)
	return dayOf(t.Date()), t.Hour()*60 + t.Minute()
}

// dayOf numbers days: 0 is the first of 1970, a Thursday.
func dayOf(year int, month time.Month, day int) int {
	return int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

// spans are when the desk opens on a day.
func (h *Hours) spans(day int) []span {
	if _, closed := h.holiday(day); closed {
		return nil
	}
	return h.week[((day+int(time.Thursday))%7+7)%7]
}

// holiday finds the closed days that a day is one of.
func (h *Hours) holiday(day int) (holiday, bool) {
	i, found := slices.BinarySearchFunc(h.closed, day, func(c holiday, day int) int {
		switch {
		case c.last < day:
			return -1
		case c.first > day:
			return 1
		}
		return 0
	})
	if !found {
		return holiday{}, false
	}
	return h.closed[i], true
}

// maxShift is by how much a wall clock is put forward or back at most.
const maxShift = 3 * time.Hour

// NextOpen returns the first moment from t on at which the desk is open: t itself
// or the beginning of a minute. It is false where there is none in three years.
func (h *Hours) NextOpen(t time.Time) (time.Time, bool) {
	if h.Open(t) {
		return t, true
	}
	today, _ := h.wall(t)
	for day := today - 1; day <= today+3*366; day++ {
		if c, closed := h.holiday(day); closed {
			day = c.last
			continue
		}
		for _, s := range h.spans(day) {
			if at, ok := h.opening(day, s, t); ok {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

// opening finds the first open minute from t on among those around the beginning
// of a span: where the wall clock is changed then, that is not where it says.
func (h *Hours) opening(day int, s span, t time.Time) (time.Time, bool) {
	begin := time.Date(1970, time.January, 1+day, 0, s.from, 0, 0, h.zone)
	last := begin.Add(maxShift)
	at := begin.Add(-maxShift)
	if at.Before(t) {
		at = t.Truncate(time.Minute).Add(time.Minute) // t itself is closed
	}
	for ; !at.After(last); at = at.Add(time.Minute) {
		if h.Open(at) {
			return at.In(h.zone), true
		}
	}
	return time.Time{}, false
}

// opensMark stands in the desk's texts for when it opens next.
const opensMark = "{opens}"

// Fill puts into a text, in the place of {opens}, when the desk opens next after t.
func (h *Hours) Fill(text string, t time.Time) string {
	if !strings.Contains(text, opensMark) {
		return text
	}
	opens := "–"
	if at, ok := h.NextOpen(t); ok {
		opens = at.In(h.Zone()).Format("2006-01-02 15:04")
	}
	return strings.ReplaceAll(text, opensMark, opens)
}
