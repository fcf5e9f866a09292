package desk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func hours(t testing.TB, text, zone string) *Hours {
	t.Helper()
	h, err := ParseHours(text, zone)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return h
}

func moment(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestOpen(t *testing.T) {
	const week = "Mon-Fri 09:00-18:00; sat 10:00-14:00"
	for _, c := range []struct {
		text, zone, at string
		open           bool
	}{
		{"", "", "2026-11-22T03:00:00Z", true},
		{" ; ", "", "2026-11-22T03:00:00Z", true},
		{week, "", "2026-11-23T08:59:59Z", false}, // a Monday
		{week, "", "2026-11-23T09:00:00Z", true},
		{week, "", "2026-11-23T17:59:59Z", true},
		{week, "", "2026-11-23T18:00:00Z", false},
		{week, "", "2026-11-21T13:59:00Z", true},
		{week, "", "2026-11-21T14:00:00Z", false},
		{week, "", "2026-11-22T12:00:00Z", false},
		{week, "Asia/Shanghai", "2026-11-23T01:00:00Z", true}, // 09:00 there
		{week, "Asia/Shanghai", "2026-11-23T10:00:00Z", false},
		{week + "; closed 2026-11-23", "", "2026-11-23T12:00:00Z", false},
		{week + "; closed 2026-11-23", "", "2026-11-24T12:00:00Z", true},
		{week + "; closed 2026-11-20..2026-11-23, 2026-11-24", "", "2026-11-24T12:00:00Z", false},
		{"closed 2026-11-23", "", "2026-11-23T12:00:00Z", false},
		{"closed 2026-11-23", "", "2026-11-22T23:59:59Z", true},
		{"daily 00:00-24:00", "", "2026-11-22T23:59:59Z", true},
		{"daily 00:00-24:00", "", "2026-11-22T00:00:00Z", true},
		{"fri 22:00-02:00", "", "2026-11-21T01:59:00Z", true}, // the night from Friday to Saturday
		{"fri 22:00-02:00", "", "2026-11-21T02:00:00Z", false},
		{"fri 22:00-02:00", "", "2026-11-20T01:00:00Z", false},
		{"fri 22:00-02:00; closed 2026-11-21", "", "2026-11-21T01:00:00Z", true}, // Friday's shift
		{"fri 22:00-02:00; closed 2026-11-20", "", "2026-11-21T01:00:00Z", false},
		{"sat-mon 08:00-09:00", "", "2026-11-22T08:30:00Z", true},
		{"sat-mon 08:00-09:00", "", "2026-11-24T08:30:00Z", false},
		{"mon 08:00-18:00,10:00-11:00", "", "2026-11-23T12:00:00Z", true}, // one within the other
		{"mon,wed 08:00-09:00, 10:00-11:00", "", "2026-11-25T10:30:00Z", true},
		{"mon,wed 08:00-09:00,10:00-11:00", "", "2026-11-25T09:30:00Z", false},
	} {
		if open := hours(t, c.text, c.zone).Open(moment(t, c.at)); open != c.open {
			t.Errorf("%q %s at %s: open = %t", c.text, c.zone, c.at, open)
		}
	}
}

// In Berlin, on 2026-03-29, 02:00 is 03:00; on 2026-10-25, 03:00 is 02:00 again.
func TestOpenWhileTheClockIsChanged(t *testing.T) {
	for _, c := range []struct {
		text, at string
		open     bool
	}{
		{"daily 02:30-10:00", "2026-03-29T00:59:00Z", false},
		{"daily 02:30-10:00", "2026-03-29T01:00:00Z", true}, // 03:00
		{"daily 02:00-02:30", "2026-03-29T01:00:00Z", false},
		{"daily 22:00-03:00", "2026-03-29T00:59:00Z", true},
		{"daily 22:00-03:00", "2026-03-29T01:00:00Z", false},
		{"daily 02:00-03:00", "2026-10-25T00:30:00Z", true}, // the first 02:30
		{"daily 02:00-03:00", "2026-10-25T01:30:00Z", true}, // the second
		{"daily 02:00-03:00", "2026-10-25T02:00:00Z", false},
		{"daily 09:00-18:00", "2026-03-28T08:00:00Z", true}, // 09:00 in winter
		{"daily 09:00-18:00", "2026-03-29T07:00:00Z", true}, // and in summer
		{"daily 09:00-18:00", "2026-03-28T07:30:00Z", false},
	} {
		if open := hours(t, c.text, "Europe/Berlin").Open(moment(t, c.at)); open != c.open {
			t.Errorf("%q at %s: open = %t", c.text, c.at, open)
		}
	}
}

func TestNextOpen(t *testing.T) {
	for _, c := range []struct{ text, zone, at, next string }{
		{"", "", "2026-11-22T03:00:00Z", "2026-11-22T03:00:00Z"},
		{"mon-fri 09:00-18:00", "", "2026-11-20T18:00:00Z", "2026-11-23T09:00:00Z"},
		{"mon-fri 09:00-18:00", "", "2026-11-23T10:00:07Z", "2026-11-23T10:00:07Z"},
		{"mon-fri 09:00-18:00", "", "2026-11-23T08:59:59Z", "2026-11-23T09:00:00Z"},
		{"mon 09:00-18:00; closed 2026-11-23..2027-11-28", "", "2026-11-22T00:00:00Z", "2027-11-29T09:00:00Z"},
		{"daily 02:30-03:00", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"},    // swallowed on the 29th
		{"sun 02:30-03:00", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-04-05T00:30:00Z"},      // a week later
		{"daily 02:30-04:00", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"},    // 03:00
		{"daily 02:00-02:30", "Europe/Berlin", "2026-10-25T00:40:00Z", "2026-10-25T01:00:00Z"},    // 02:00 once more
		{"daily 00:00-01:00", "America/Asuncion", "2023-09-30T12:00:00Z", "2023-10-02T03:00:00Z"}, // midnight was skipped
		{"daily 01:45-02:00", "Australia/Lord_Howe", "2026-04-04T15:00:30Z", "2026-04-04T15:15:00Z"},
	} {
		next, ok := hours(t, c.text, c.zone).NextOpen(moment(t, c.at))
		if !ok || !next.Equal(moment(t, c.next)) {
			t.Errorf("%q %s after %s: %s %t, want %s", c.text, c.zone, c.at, next, ok, c.next)
		}
	}
	if next, ok := hours(t, "mon 09:00-18:00; closed 0000-01-01..9999-12-31", "").NextOpen(moment(t, "2026-11-22T03:00:00Z")); ok {
		t.Errorf("a desk that is always closed opens at %s", next)
	}
}

func TestParseHoursRefuses(t *testing.T) {
	for _, c := range []struct{ text, zone string }{
		{"mon-fri", ""}, {"mon-fry 09:00-18:00", ""}, {"mon 9:00-18:00", ""}, {"mon 09:00", ""}, {"mon 09:00-24:01", ""},
		{"mon 24:00-02:00", ""}, {"mon 09:00-09:00", ""}, {"mon 09:60-10:00", ""}, {"mon +9:00-10:00", ""}, {"mon 09:00-18:00,", ""},
		{"mon,, 09:00-18:00", ""}, {"closed", ""}, {"closed 2026-02-30", ""}, {"closed 2026-12-26..2026-12-25", ""},
		{"closed mon", ""}, {"mon 09:00-18:00", "Mars/Olympus"}, {strings.Repeat(";", maxHoursText+1), ""},
		{"mon " + strings.Repeat("09:00-10:00,", maxDaySpans) + "09:00-10:00", ""},
	} {
		if h, err := ParseHours(c.text, c.zone); err == nil {
			t.Errorf("%.40q in %q: taken as %q", c.text, c.zone, h)
		}
	}
}

func TestNilHours(t *testing.T) {
	var h *Hours
	now := moment(t, "2026-11-22T03:00:00+08:00")
	if next, ok := h.NextOpen(now); !h.Open(now) || !ok || !next.Equal(now) || h.Zone() != time.UTC || h.String() != "" {
		t.Error("no hours are not always open")
	}
}

func TestFill(t *testing.T) {
	h := hours(t, "mon-fri 09:00-18:00; closed 2026-11-23", "Asia/Shanghai")
	now := moment(t, "2026-11-22T03:00:00Z")
	if got := h.Fill("back at {opens} ({opens})", now); got != "back at 2026-11-24 09:00 (2026-11-24 09:00)" {
		t.Error(got)
	}
	if got := h.Fill("closed", now); got != "closed" {
		t.Error(got)
	}
}

// zones have clocks that are changed at odd hours or by odd amounts, or never.
var zones = []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Africa/Cairo", "America/Asuncion", "Asia/Kathmandu", "Antarctica/Troll"}

func drawHours(t *rapid.T) *Hours {
	var rules []string
	clock := func(name string) string {
		return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, name), rapid.SampledFrom([]int{0, 1, 30, 59}).Draw(t, name))
	}
	for range rapid.IntRange(1, 4).Draw(t, "rules") {
		days := rapid.SampledFrom(append(weekdays[:], "daily", "fri-mon", "mon-wed")).Draw(t, "days")
		from, to := clock("from"), clock("to")
		if from == to {
			to = "24:00"
		}
		rules = append(rules, days+" "+from+"-"+to)
	}
	for range rapid.IntRange(0, 2).Draw(t, "holidays") {
		rules = append(rules, fmt.Sprintf("closed 2026-%02d-%02d..2026-11-01", rapid.IntRange(1, 10).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day")))
	}
	h, err := ParseHours(strings.Join(rules, ";"), rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestNextOpenIsTheFirst looks at every minute between.
func TestNextOpenIsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHours(t)
		now := time.Date(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 31).Draw(t, "day"), 0, 0, rapid.IntRange(0, 24*60*60).Draw(t, "s"), 0, time.UTC)
		next, ok := h.NextOpen(now)
		if !ok {
			t.Fatalf("%q never opens after %s", h, now)
		}
		if !h.Open(next) {
			t.Fatalf("%q isn't open at %s", h, next)
		}
		at := now
		for n := 0; at.Before(next) && n < 20*minutesOfDay; n++ {
			if h.Open(at) {
				t.Fatalf("%q is open at %s, before %s", h, at, next)
			}
			at = at.Truncate(time.Minute).Add(time.Minute)
		}
	})
}

func TestHoursReadWhatTheyWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHours(t)
		again, err := ParseHours(h.String(), h.zone.String())
		if err != nil || again.String() != h.String() {
			t.Fatalf("%q: %q, %v", h, again, err)
		}
		now := time.Unix(1_767_225_600+rapid.Int64Range(0, 365*24*60*60).Draw(t, "at"), 0)
		if h.Open(now) != again.Open(now) {
			t.Fatalf("%q and %q differ at %s", h, again, now)
		}
	})
}

func FuzzParseHours(f *testing.F) {
	for _, text := range []string{"", "mon-fri 09:00-18:00; sat 10:00-14:00", "daily 00:00-24:00", "daily 22:00-02:00,01:00-23:00", "closed 2026-12-25, 2026-12-31..2027-01-01"} {
		f.Add(text, int64(1_767_225_600))
	}
	f.Fuzz(func(t *testing.T, text string, at int64) {
		h, err := ParseHours(text, "Europe/Berlin")
		if err != nil {
			return
		}
		again, err := ParseHours(h.String(), "Europe/Berlin")
		if err != nil || again.String() != h.String() {
			t.Fatalf("%q became %q, then %q: %v", text, h, again, err)
		}
		now := time.Unix(at%(1<<33), 0)
		if h.Open(now) != again.Open(now) {
			t.Fatalf("%q and %q differ at %s", text, h, now)
		}
		if next, ok := h.NextOpen(now); ok && (next.Before(now) || !h.Open(next)) {
			t.Fatalf("%q: from %s on it opens at %s", text, now, next)
		}
	})
}
