package overload

import (
	"strings"
	"testing"
)

func TestBack(t *testing.T) {
	r := Row{Before: Usage{Memory: 1000 << 20, Goroutines: 1000, Descriptors: 40}}
	for _, tt := range []struct {
		now  Usage
		want bool
	}{
		{r.Before, true},
		{Usage{}, true},
		{Usage{1050 << 20, 1050, 44}, true},
		{Usage{1051 << 20, 1050, 44}, false},
		{Usage{1050 << 20, 1051, 44}, false},
		{Usage{1050 << 20, 1050, 45}, false},
	} {
		if got := r.back(tt.now); got != tt.want {
			t.Errorf("%s: %v", tt.now, got)
		}
	}
	small := Row{Before: Usage{Memory: 40 << 20}}
	if !small.back(Usage{Memory: 64 << 20}) || small.back(Usage{Memory: 65 << 20}) {
		t.Error("the floor of memory")
	}
}

func TestTooSlow(t *testing.T) {
	for _, tt := range []struct {
		alone, meanwhile float64
		want             bool
	}{
		{1, 5, false}, {1, 5.1, true}, {4, 8, false}, {4, 8.1, true}, {4, 1, false},
	} {
		if got := (&Row{Alone: tt.alone, Meanwhile: tt.meanwhile}).tooSlow(); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

func TestJudges(t *testing.T) {
	o := &outcome{attackers: 3, counts: map[string]int{"closed 4008": 3, "sent": 2, "closed 1009": 2, "recovered": 1}}
	for name, judge := range map[string]func(*outcome) error{
		"exactly": exactly("closed 4008"), "some": some("sent"), "matching": matching("sent", "closed 1009"),
		"once": exactlyOnce("recovered"), "zero": none("closed 1000"), "all": all(some("sent"), exactly("closed 4008")),
	} {
		if err := judge(o); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, judge := range map[string]func(*outcome) error{
		"too few": exactly("sent"), "none": some("closed 1000"), "not matching": matching("sent", "closed 4008"),
		"nothing matching": matching("none", "neither"), "twice": exactlyOnce("sent"), "one": none("recovered"),
		"one of all": all(some("sent"), some("closed 1000")),
	} {
		if judge(o) == nil {
			t.Errorf("%s: no fault", name)
		}
	}
}

func TestDeeds(t *testing.T) {
	before, err := parseFigures(strings.NewReader("# HELP x y\nchat_connections_closed_total{code=\"1009\"} 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	after, err := parseFigures(strings.NewReader(`chat_connections_closed_total{code="1009"} 5
chat_connections_closed_total{code="4008"} 0
chat_connections_rejected_total{reason="timeout"} 7
gannet_http_requests_total{route="GET /a",status="400"} 1
gannet_http_requests_total{route="GET /b",status="400"} 2
go_goroutines 30
`))
	if err != nil {
		t.Fatal(err)
	}
	o := outcome{counts: done(before, after)}
	if got, want := o.String(), "closed 1009 3, http 400 3, rejected timeout 7"; got != want {
		t.Errorf("%q", got)
	}
	if after["go_goroutines"] != 30 {
		t.Errorf("%v", after)
	}
	if _, err := parseFigures(strings.NewReader("x y\n")); err == nil {
		t.Error("no number, and no error")
	}
}

func TestTable(t *testing.T) {
	good := &Row{
		Attack: "bombs", What: "20 clients do", Counts: map[string]int{"sent": 3, "closed 1009": 3}, Alone: 1, Meanwhile: 2,
		Seconds: 10, Before: Usage{40 << 20, 30, 50}, Peak: Usage{90 << 20, 31, 70}, After: Usage{41 << 20, 30, 50}, Back: 0.5,
	}
	bad := &Row{Attack: "pings", What: "others", Faults: []string{"a message was lost"}}
	slow := &Row{Attack: "slow", What: "others", Slow: true}
	var b strings.Builder
	if err := write(&b, []*Row{good, bad, slow}, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"bombs   1.0 → 2.0                 40 → 90 → 41               30 → 31 → 30  50 → 70 → 50  0.5 s       ok\n",
		"0.0 s       HARM\n", "0.0 s       slow\n",
		"\nbombs: 20 clients do, for 10 s\n  closed 1009 3, sent 3\n", "  HARM a message was lost\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if !good.OK() || bad.OK() || slow.OK() {
		t.Error("which are ok?")
	}
}
