package bench

// A scenario is one thing to measure, and how.
type scenario struct {
	name     string
	umbrella string // a name that stands for several scenarios; may be empty
	mode     mode
	unit     string                    // what its messages are
	login    bool                      // a started server asks for tokens
	plays    bool                      // its loads are chat traffic
	settings func(o *Options) []string // of a started server
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
	{name: "single-closed", umbrella: "single", mode: modeClosed, unit: "messages", plays: true, run: runSingleClosed},
	{name: "single-paced", umbrella: "single", mode: modePaced, unit: "messages", plays: true, run: runSinglePaced},
	{name: "group-closed", umbrella: "group", mode: modeClosed, unit: "messages", settings: groupSettings, plays: true, run: runGroupClosed},
	{name: "group-paced", umbrella: "group", mode: modePaced, unit: "messages", settings: groupSettings, plays: true, run: runGroupPaced},
	{name: "big", umbrella: "group", mode: modeClosed, unit: "messages", settings: bigSettings, plays: true, run: runBig},
	{name: "history-ws", umbrella: "history", unit: "pages", run: runHistoryWS},
	{name: "history-http", umbrella: "history", unit: "pages", login: true, run: runHistoryHTTP},
	{name: "connect", unit: "connections", run: runConnect},
	{name: "ping", unit: "round trips", run: runPing},
	{name: "echo", unit: "round trips", run: runEcho},
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
