package sequencer

import "time"

// Published says what a batch was, for the metrics.
type Published struct {
	Singles, Groups int           // messages of each kind
	Services        int           // the same
	Events          int           // entries that are no messages
	Duplicates      int           // sends answered by an earlier message
	Refused         int           // sends refused
	Bytes           int           // of contents
	Fsync           time.Duration // of the fsync it shared; 0 where nothing was written

	wrote    bool
	arrivals []time.Time
	heads    []published
}

// WaitingCommands is how many commands (joins, leaves, changes of groups, cursors)
// the sequencer has not taken yet.
func (s *Sequencer) WaitingCommands() int { return s.inbox.waitingCommands() }

// Arrivals tells when the batch's submissions came, for the time from there
// until publication. Valid during the call of Observe.
func (p *Published) Arrivals() []time.Time { return p.arrivals }

// Rooms calls fn for every Group or Service conversation that the batch has entries
// of, with how many these are and how many connections were in its room. Valid
// during the call of Observe.
func (p *Published) Rooms(fn func(head *Head, entries, connections int)) {
	for i := range p.heads {
		if h := &p.heads[i]; h.head.Kind != Single {
			fn(h.head, h.entries, h.reach)
		}
	}
}
