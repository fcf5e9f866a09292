package sequencer

// SetFull says whether the disk is full, or nearly so. Until it is told that there
// is room again, the log takes no new entries and no commands but those of
// DoAnyway and GoAnyway; nothing of what it refuses (ErrStorageFull) was written.
// A retry of a message that is stored is answered as ever.
func (s *Sequencer) SetFull(full bool) { s.full.Store(full) }

// RefusedFull is how many sends and commands were refused for want of room.
func (s *Sequencer) RefusedFull() uint64 { return s.refused.Load() }

// noRoom reports whether something new has to be refused, and counts it.
func (s *Sequencer) noRoom() bool {
	full := s.full.Load()
	if full {
		s.refused.Add(1)
	}
	return full
}

// roomFor is a command that isn't carried out where there is no room.
func (s *Sequencer) roomFor(command func(*Tx) error) func(*Tx) error {
	return func(tx *Tx) error {
		if s.noRoom() {
			return ErrStorageFull
		}
		return command(tx)
	}
}
