package engine

import "gannet/engine/internal/failpoint"

// Failpoints are the names of the places at which a program built with the tag
// failpoints can be made to fail: see package failpoint. It is nil in any other.
func Failpoints() []string {
	if !failpoint.Built {
		return nil
	}
	return failpoint.Names()
}
