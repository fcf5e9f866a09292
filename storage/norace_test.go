//go:build !race

package storage

const (
	racing    = false // whether the race detector is on
	failEvery = 1     // which of the reads are made to fail
)
