package sequencer

import "time"

// Message ids are 63-bit snowflakes: 41 bits of milliseconds since idEpoch,
// 10 bits of node, 12 bits of counter.
const (
	idEpoch     = 1735689600000 // 2025-01-01T00:00:00Z in Unix milliseconds
	idNodeBits  = 10
	idCountBits = 12
	idCountMask = 1<<idCountBits - 1
)

// idSource gives ids that rise whatever the clock does: where the clock stands
// still, steps back or 4,096 ids were given in one millisecond, it counts on
// from the last id. Owned by the sequencer goroutine.
type idSource struct {
	node uint64
	last uint64
}

// next returns the next id at the given time (Unix milliseconds).
func (s *idSource) next(now int64) uint64 {
	id := s.compose(uint64(max(now-idEpoch, 0)), 0)
	if id <= s.last {
		id = s.following()
	}
	s.last = id
	return id
}

// following counts on from the last id, which may bear another node number:
// from before a restart.
func (s *idSource) following() uint64 {
	ms, count := s.last>>(idNodeBits+idCountBits), s.last&idCountMask
	if count < idCountMask {
		if id := s.compose(ms, count+1); id > s.last {
			return id
		}
	}
	return s.compose(ms+1, 0)
}

func (s *idSource) compose(ms, count uint64) uint64 {
	return ms<<(idNodeBits+idCountBits) | s.node<<idCountBits | count
}

// day numbers the buckets in which duplicate records expire.
func day(unixMilli int64) uint16 {
	return uint16(time.Duration(unixMilli) * time.Millisecond / (24 * time.Hour))
}
