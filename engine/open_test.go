package engine

import (
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"gannet/storage"
)

// A disk that is full for a moment is waited for, however long the rest takes.
func TestOpeningOnFullDisk(t *testing.T) {
	errOpened := errors.New("opened") // as far as this goes
	for name, c := range map[string]struct {
		pauses []time.Duration // before each time that the disk is full
		want   error
	}{
		"never":     {want: errOpened},
		"once":      {pauses: []time.Duration{0}, want: errOpened},
		"now again": {pauses: []time.Duration{0, openPatience + time.Second, openPatience + time.Second}, want: errOpened},
		"all along": {pauses: []time.Duration{0, time.Second, time.Second, time.Second / 2}, want: errDiskFull},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSpace(0, nil, slog.New(slog.DiscardHandler))
				finished := make(chan struct{})
				defer func() { <-finished }()
				_, err := s.patiently(func() (*storage.DB, error) {
					defer close(finished)
					for _, pause := range c.pauses {
						time.Sleep(pause)
						s.noSpace(nil)
					}
					time.Sleep(time.Minute)
					return nil, errOpened
				})
				if !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			})
		})
	}
}
