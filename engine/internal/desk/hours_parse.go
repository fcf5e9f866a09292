package desk

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of what ParseHours reads.
const (
	maxHoursText = 16 << 10 // bytes
	maxDaySpans  = 48       // of one day of the week
)

// ParseHours reads when a desk is open, in a time zone of the IANA database (""
// is UTC). The text is a list of rules between semicolons; none at all means
// always open. A rule names days and then when the desk is open on them:
//
//	mon-fri 09:00-18:00; sat,sun 10:00-12:00,13:00-14:00; daily 22:00-02:00
//
// What goes on past midnight belongs to the day on which it begins. Days on which
// the desk doesn't open at all are listed by date:
//
//	closed 2026-12-25, 2026-12-31..2027-01-01
func ParseHours(text, zone string) (*Hours, error) {
	if len(text) > maxHoursText {
		return nil, fmt.Errorf("longer than %d bytes", maxHoursText)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("unknown time zone %q", zone)
	}
	h := &Hours{zone: loc, always: true}
	for rule := range strings.SplitSeq(strings.ToLower(text), ";") {
		if rule = strings.TrimSpace(rule); rule == "" {
			continue
		}
		if err := h.rule(rule); err != nil {
			return nil, fmt.Errorf("%q: %w", rule, err)
		}
	}
	h.tidy()
	return h, nil
}

// rule adds what one rule says.
func (h *Hours) rule(rule string) error {
	head, rest, ok := strings.Cut(rule, " ")
	if !ok {
		return errors.New(`a rule is days and times, such as "mon-fri 09:00-18:00"`)
	}
	rest = strings.ReplaceAll(rest, " ", "")
	if head == "closed" {
		return each(rest, h.closeOn)
	}
	var days [7]bool
	if err := each(head, func(s string) error { return markDays(&days, s) }); err != nil {
		return err
	}
	h.always = false
	return each(rest, func(s string) error { return h.openOn(&days, s) })
}

// each hands the parts of a list between commas to fn.
func each(list string, fn func(string) error) error {
	for part := range strings.SplitSeq(list, ",") {
		if err := fn(part); err != nil {
			return err
		}
	}
	return nil
}

var weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // by time.Weekday

// markDays notes the days of "daily", "mon" or "fri-mon".
func markDays(days *[7]bool, s string) error {
	if s == "daily" {
		*days = [7]bool{true, true, true, true, true, true, true}
		return nil
	}
	from, to, several := strings.Cut(s, "-")
	if !several {
		to = from
	}
	first, last := slices.Index(weekdays[:], from), slices.Index(weekdays[:], to)
	if first < 0 || last < 0 {
		return fmt.Errorf("%q is no day: mon, tue, wed, thu, fri, sat, sun or daily", s)
	}
	for day := first; ; day = (day + 1) % 7 {
		days[day] = true
		if day == last {
			return nil
		}
	}
}

// openOn adds a span such as "09:00-18:00" to days.
func (h *Hours) openOn(days *[7]bool, s string) error {
	begin, end, _ := strings.Cut(s, "-")
	from, ok := parseClock(begin)
	to, ok2 := parseClock(end)
	if !ok || !ok2 || from == minutesOfDay || from == to {
		return fmt.Errorf("%q is no span of time such as 09:00-18:00; a whole day is 00:00-24:00", s)
	}
	if to < from {
		to += minutesOfDay
	}
	for day := range days {
		if !days[day] {
			continue
		}
		if h.week[day] = append(h.week[day], span{from, to}); len(h.week[day]) > maxDaySpans {
			return fmt.Errorf("more than %d spans on one day", maxDaySpans)
		}
	}
	return nil
}

// parseClock reads 00:00 to 24:00 as minutes.
func parseClock(s string) (int, bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	hour, err := strconv.ParseUint(s[:2], 10, 8)
	minute, err2 := strconv.ParseUint(s[3:], 10, 8)
	at := int(hour)*60 + int(minute)
	return at, err == nil && err2 == nil && minute < 60 && at <= minutesOfDay
}

// closeOn adds closed days: "2026-12-25" or "2026-12-31..2027-01-01".
func (h *Hours) closeOn(s string) error {
	begin, end, several := strings.Cut(s, "..")
	if !several {
		end = begin
	}
	first, err := time.Parse(time.DateOnly, begin)
	last, err2 := time.Parse(time.DateOnly, end)
	if err != nil || err2 != nil || last.Before(first) {
		return fmt.Errorf("%q is no date such as 2026-12-25, or two with .. between them", s)
	}
	h.closed = append(h.closed, holiday{dayOf(first.Date()), dayOf(last.Date())})
	return nil
}

// tidy sorts, and joins what touches.
func (h *Hours) tidy() {
	for day, spans := range h.week {
		slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
		h.week[day] = joined(spans, func(a, b *span) bool { return b.from <= a.to }, func(a, b *span) { a.to = max(a.to, b.to) })
	}
	slices.SortFunc(h.closed, func(a, b holiday) int { return a.first - b.first })
	h.closed = joined(h.closed, func(a, b *holiday) bool { return b.first <= a.last+1 }, func(a, b *holiday) { a.last = max(a.last, b.last) })
	if len(h.closed) > 0 && h.always { // always, but for these days
		h.always = false
		for day := range h.week {
			h.week[day] = []span{{0, minutesOfDay}}
		}
	}
}

// joined takes each part of a sorted list into the one before it where they touch.
func joined[T any](list []T, touch func(a, b *T) bool, join func(a, b *T)) []T {
	var out []T
	for i := range list {
		if n := len(out); n > 0 && touch(&out[n-1], &list[i]) {
			join(&out[n-1], &list[i])
			continue
		}
		out = append(out, list[i])
	}
	return out
}

// String writes the hours as ParseHours reads them, without the zone: in a form
// that is the same for all texts of the same meaning.
func (h *Hours) String() string {
	if h == nil || h.always {
		return ""
	}
	var rules []string
	for day, spans := range h.week {
		var parts []string
		for _, s := range spans {
			parts = append(parts, s.String())
		}
		if parts != nil {
			rules = append(rules, weekdays[day]+" "+strings.Join(parts, ","))
		}
	}
	for _, c := range h.closed {
		rules = append(rules, "closed "+dateOf(c.first)+".."+dateOf(c.last))
	}
	return strings.Join(rules, "; ")
}

// String writes a span; one that was put together from several, and is as long as
// a day or longer past midnight, as two.
func (s span) String() string {
	if s.to > minutesOfDay && s.to-s.from >= minutesOfDay {
		return span{s.from, minutesOfDay}.String() + "," + span{minutesOfDay - 1, s.to}.String()
	}
	return clock(s.from) + "-" + clock(s.to)
}

func clock(minute int) string {
	if minute > minutesOfDay {
		minute -= minutesOfDay
	}
	return fmt.Sprintf("%02d:%02d", minute/60, minute%60)
}

func dateOf(day int) string {
	return time.Date(1970, time.January, 1+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}
