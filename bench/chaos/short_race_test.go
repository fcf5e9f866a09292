//go:build race

package chaos

// shortFaults is one: the race detector slows down the clients, and not the
// servers, which are another program. Other tests have servers killed.
func shortFaults([]string) []string { return []string{"terminate"} }
