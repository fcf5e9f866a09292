//go:build race

package storage

// Under the race detector Pebble takes a stack trace with each of its reads.
const failEvery = 40
