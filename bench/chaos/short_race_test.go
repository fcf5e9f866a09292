//go:build race

package chaos

// shortFaults are a few: the race detector slows down the clients, and not the
// servers, which are another program.
func shortFaults([]string) []string { return []string{"kill", "terminate"} }
