//go:build race

package storage

// The race detector allocates, and Pebble takes a stack trace with each of its
// reads.
const (
	racing    = true
	failEvery = 40
)
