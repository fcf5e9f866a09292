//go:build !race

package overload

// shortAttacks are one of each kind, but for those that wait for the server's longer
// timeouts: other packages' tests know of these.
func shortAttacks() []string {
	return []string{
		"silent-readers", "slow-heads", "reconnect-storm", "ping-flood", "bombs", "descriptors", "http-flood", "bad-tokens",
	}
}
