package overload

import "context"

// An attack is one way to be a nuisance, and what the server is to make of it.
type attack struct {
	name     string
	what     string   // in a few words, with %d for the number of attackers
	full     int      // attackers at full scale
	settings []string // of the server
	files    int      // the server's descriptor limit; 0: as it is

	// run attacks until it is over. It belongs to the attackers' process.
	run func(ctx context.Context, s *siege) error

	// judge says what is wrong with what the server did, nil if nothing is.
	judge func(o *outcome) error
}

// catalogue holds the attacks in the order in which they run.
var catalogue = []attack{
	{
		name: "silent-readers", what: "%d members of a busy group never read", full: 500,
		settings: []string{"groups.max_members=1000", "limits.messages_per_second=0"},
		run:      runSilentReaders, judge: all(exactly("closed 4008")),
	},
	{
		name: "slow-upgrades", what: "%d upgrade requests, a byte every half second", full: 1000,
		run: runSlowUpgrades, judge: all(exactly("rejected timeout")),
	},
	{
		name: "slow-heads", what: "%d HTTP heads, a byte every half second", full: 500,
		run: runSlowHeads, judge: all(exactly("cut")),
	},
	{
		name: "slow-bodies", what: "%d HTTP bodies, a byte every half second", full: 500,
		run: runSlowBodies, judge: all(exactly("cut")),
	},
	{
		name: "reconnect-storm", what: "%d connections cut at once and back at once", full: 10000,
		run: runReconnectStorm, judge: all(exactly("back")),
	},
	{
		name: "half-open", what: "%d connections, half silent, half with half a request", full: 2000,
		run: runHalfOpen, judge: all(exactly("rejected timeout")),
	},
	{
		name: "vanished", what: "%d clients vanish without a word", full: 2000,
		settings: []string{"heartbeat.idle=4s", "heartbeat.check=1s"},
		run:      runVanished, judge: all(exactly("closed 4009")),
	},
	{
		name: "ping-flood", what: "%d clients send 4,000 pings at a time, again and again", full: 20,
		run: runPingFlood, judge: all(matching("sent", "closed 1008")),
	},
	{
		name: "bombs", what: "%d clients send 32 MiB of zeros in 32 KiB, again and again", full: 20,
		settings: []string{"websocket.deflate=true"},
		run:      runBombs, judge: all(matching("sent", "closed 1009")),
	},
	{
		name: "length-claims", what: "%d clients claim frames of 65 KiB to 2^63 bytes, again and again", full: 20,
		run: runLengthClaims, judge: all(matching("sent", "closed 1009")),
	},
	{
		name: "fragments", what: "%d clients send messages without an end, again and again", full: 20,
		run: runFragments, judge: all(matching("sent", "closed 1009")),
	},
	{
		name: "descriptors", what: "%d sockets on each port of a server with 600 descriptors", full: 1000, files: 600,
		run: runDescriptors, judge: all(some("rejected overflow"), exactlyOnce("recovered")),
	},
	{
		name: "http-flood", what: "%d HTTP connections, and requests without end", full: 2000,
		settings: []string{"limits.http_per_second=10", "limits.http_burst=10"},
		run:      runHTTPFlood, judge: all(some("http 429"), exactlyOnce("recovered")),
	},
	{
		name: "bad-json", what: "%d clients send what is no JSON, again and again", full: 20,
		run: runBadJSON, judge: all(matching("sent", "closed 1008"), some("http 400")),
	},
	{
		name: "bad-tokens", what: "%d clients try bad tokens, again and again", full: 50,
		settings: []string{"limits.logins_per_second=100"}, // there are more bad ones
		run:      runBadTokens, judge: all(some("rejected 401"), some("http 401"), some("newcomer in"), none("newcomer kept out")),
	},
}

func attackNamed(name string) *attack {
	for i := range catalogue {
		if catalogue[i].name == name {
			return &catalogue[i]
		}
	}
	return nil
}

// attackers is how many there are at a scale in percent.
func (a *attack) attackers(scale int) int { return max(2, a.full*scale/100) }
