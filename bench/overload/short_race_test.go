//go:build race

package overload

// shortAttacks are a few: the race detector watches the healthy chat, and neither
// the servers nor the attackers, which are another program.
func shortAttacks() []string { return []string{"reconnect-storm", "bombs", "bad-tokens"} }
