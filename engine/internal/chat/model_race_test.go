//go:build race

package chat_test

// Under the race detector Pebble takes a stack trace with each of its reads.
const (
	modelShards    = 1
	modelLookEvery = 8
)
