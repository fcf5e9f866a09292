//go:build !race

package chat_test

const (
	modelShards    = 8 // times rapid.checks is how many histories are played
	modelLookEvery = 1 // steps until somebody looks
)
