package storage

import (
	"errors"
	"fmt"
)

// DamagedRuns counts the runs that couldn't be sealed anew because they are
// damaged. The zero value has none.
type DamagedRuns struct {
	Count uint64
	First error
}

// Add counts a run that couldn't be read for a damage. Of another error it reports
// false.
func (d *DamagedRuns) Add(err error) bool {
	if !errors.Is(err, ErrCorrupt) {
		return false
	}
	if d.Count++; d.First == nil {
		d.First = err
	}
	return true
}

// Join adds what another has counted later.
func (d *DamagedRuns) Join(more DamagedRuns) {
	d.Count += more.Count
	if d.First == nil {
		d.First = more.First
	}
}

// Err is nil if there are none, and matches ErrCorrupt.
func (d *DamagedRuns) Err() error {
	if d.Count == 0 {
		return nil
	}
	return fmt.Errorf("%d damaged runs of messages are left as they are; the first: %w", d.Count, d.First)
}
