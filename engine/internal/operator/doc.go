// Package operator does what the operator asks of a running server: copies of the
// database for backups, and the sealing anew of what is stored when the keys of
// the encryption at rest have changed.
//
// It slows nobody down: a copy is made of hard links, and the sealing goes in small
// commands of the sequencer with pauses in between.
package operator
