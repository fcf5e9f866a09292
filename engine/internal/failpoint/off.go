//go:build !failpoints

package failpoint

import "time"

// Built says whether this program has failpoints.
const Built = false

// Check returns what is wrong with the environment variables, nil in a program
// without failpoints, which doesn't read them.
func Check() error { return nil }

// Hit says that the caller has come to a place. It returns unless a rule speaks
// of it; any goroutine may call it.
func Hit(name string) {}

// Wall returns what the wall clock shows at a time that was read from it: the
// same, unless a wrong clock was asked for.
func Wall(t time.Time) time.Time { return t }

// Now is Wall of now.
func Now() time.Time { return time.Now() }
