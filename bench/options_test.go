package bench

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestOptionsValidate(t *testing.T) {
	tests := []struct {
		o    Options
		want string // part of the error; empty: none
	}{
		{Options{Scenario: "single"}, ""},
		{Options{Scenario: "nonsense"}, `no scenario "nonsense"`},
		{Options{Scenario: "single", Size: 5}, "size 5"},
		{Options{Scenario: "single", Window: 5, Rate: 5}, "exclude"},
		{Options{Scenario: "single", Window: 1 << 20}, "window"},
		{Options{Scenario: "group", Members: -1}, "members is negative"},
		{Options{Scenario: "single", Duration: -time.Second}, "duration is negative"},
		{Options{Scenario: "single", URL: "wss://x"}, "no TLS"},
		{Options{Scenario: "single", URL: "ws://x", HTTP: "x"}, "http://host:port"},
		{Options{Scenario: "x", Size: 1}, "size 1"}, // all problems at once
	}
	for _, tt := range tests {
		err := tt.o.validate()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.o, err, tt.want)
		}
	}
}

func TestChosen(t *testing.T) {
	tests := []struct {
		o    Options
		want string
	}{
		{Options{Scenario: "single"}, "single-closed single-paced"},
		{Options{Scenario: "single", Rate: 5}, "single-paced"},
		{Options{Scenario: "single", Window: 5}, "single-closed"},
		{Options{Scenario: "group"}, "group-closed group-paced big"},
		{Options{Scenario: "group", Members: 50}, "group-closed group-paced"},
		{Options{Scenario: "big", Members: 50}, "big"},
		{Options{Scenario: "history"}, "history-ws history-http"},
		{Options{Scenario: "history-ws"}, "history-ws"},
		{Options{Scenario: "echo"}, "echo"},
		{Options{Scenario: "all"}, "single-closed single-paced group-closed group-paced big history-ws history-http connect ping echo"},
	}
	for _, tt := range tests {
		var names []string
		for _, sc := range chosen(&tt.o) {
			names = append(names, sc.name)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.o, got, tt.want)
		}
	}
	for _, name := range Scenarios() {
		if len(chosen(&Options{Scenario: name})) == 0 {
			t.Errorf("%s stands for nothing", name)
		}
	}
}

// Targets are stated for the usual numbers, also if these are given in words.
func TestScenarioOptions(t *testing.T) {
	sc := &catalogue[slices.IndexFunc(catalogue, func(sc scenario) bool { return sc.name == "single-paced" })]
	for o, want := range map[*Options]bool{
		{Size: 128}:              true,
		{Size: 128, Rate: 15000}: true,
		{Size: 128, Rate: 1000}:  false,
		{Size: 64}:               false,
		{Size: 128, Both: true}:  false,
		{Size: 128, Pairs: 7}:    false,
		{Size: 128, Members: 7}:  true, // not of this scenario
	} {
		filled, standard := sc.options(o)
		if standard != want {
			t.Errorf("%+v: standard %v", o, standard)
		}
		if filled.Rate == 0 || filled.Pairs == 0 || filled.Window != 0 {
			t.Errorf("filled in: %+v", filled)
		}
	}
}
