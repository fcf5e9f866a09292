package bench

import (
	"fmt"
	"slices"
)

// A scenario is one thing to measure, and how.
type scenario struct {
	name     string
	umbrella string // a name that stands for several scenarios; may be empty
	mode     mode
	unit     string  // what its messages are
	login    bool    // a started server asks for tokens
	plays    bool    // its loads are chat traffic
	usual    Options // the numbers that its targets are stated for
	run      func(s *session) error
}

// mode says whether -window or -rate pick a scenario.
type mode uint8

const (
	modeOther mode = iota
	modeClosed
	modePaced
)

// catalogue holds the scenarios in the order in which `all` runs them.
var catalogue = []scenario{
	{
		name: "single-closed", umbrella: "single", mode: modeClosed, unit: "messages", plays: true,
		usual: Options{Pairs: 100, Window: 16}, run: runSingleClosed,
	},
	{
		name: "single-paced", umbrella: "single", mode: modePaced, unit: "messages", plays: true,
		usual: Options{Pairs: 100, Rate: 15000}, run: runSinglePaced,
	},
	{
		name: "group-closed", umbrella: "group", mode: modeClosed, unit: "messages", plays: true,
		usual: Options{Members: 500, Senders: 10, Window: 64}, run: runGroupClosed,
	},
	{
		name: "group-paced", umbrella: "group", mode: modePaced, unit: "messages", plays: true,
		usual: Options{Members: 500, Senders: 10, Rate: 9800}, run: runGroupPaced,
	},
	{
		name: "big", umbrella: "group", mode: modeClosed, unit: "messages", plays: true,
		usual: Options{Members: 10000, Senders: 10, Window: 16}, run: runBig,
	},
	{
		name: "history-ws", umbrella: "history", unit: "pages",
		usual: Options{Connections: 64, Window: 4}, run: runHistoryWS,
	},
	{
		name: "history-http", umbrella: "history", unit: "pages", login: true,
		usual: Options{Connections: 64}, run: runHistoryHTTP,
	},
	{name: "connect", unit: "connections", usual: Options{Connections: 15000}, run: runConnect},
	{name: "ping", unit: "round trips", usual: Options{Connections: 200, Window: 16}, run: runPing},
	{name: "echo", unit: "round trips", usual: Options{Connections: echoConnections, Window: echoWindow}, run: runEcho},
}

// options returns o with the scenario's own defaults filled in, and whether it
// then is what the targets are stated for.
func (sc *scenario) options(o *Options) (filled *Options, standard bool) {
	f, standard := *o, o.Size == usualSize && !o.Both
	for _, v := range []struct {
		have  *int
		usual int
	}{
		{&f.Connections, sc.usual.Connections}, {&f.Window, sc.usual.Window}, {&f.Rate, sc.usual.Rate},
		{&f.Members, sc.usual.Members}, {&f.Senders, sc.usual.Senders}, {&f.Pairs, sc.usual.Pairs},
	} {
		setDefault(v.have, v.usual)
		standard = standard && (v.usual == 0 || *v.have == v.usual)
	}
	f.Senders = min(f.Senders, f.Members)
	return &f, standard
}

// settings are those of a server started for the scenario.
func (sc *scenario) settings(o *Options) []string {
	settings := slices.Clone(unlimited)
	if o.Members > 0 {
		settings = append(settings, fmt.Sprintf("groups.max_members=%d", o.Members))
	}
	return settings
}

// chosen returns the scenarios that the options name.
func chosen(o *Options) []*scenario {
	var out []*scenario
	for i := range catalogue {
		sc := &catalogue[i]
		if sc.name == o.Scenario || o.Scenario == "all" || sc.umbrella == o.Scenario && sc.fits(o) {
			out = append(out, sc)
		}
	}
	return out
}

// fits reports whether a scenario of an umbrella is meant by the options.
func (sc *scenario) fits(o *Options) bool {
	switch {
	case sc.name == "big" && (o.Members > 0 || o.Senders > 0):
		return false
	case o.Rate > 0:
		return sc.mode == modePaced
	case o.Window > 0:
		return sc.mode == modeClosed || sc.mode == modeOther
	}
	return true
}
