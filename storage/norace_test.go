//go:build !race

package storage

const failEvery = 1 // which of the reads are made to fail
