package bench

// A stream is one connection's view of one conversation: which seqs it has
// had. For a receiver they must be base+1, base+2 … without a gap. A sender doesn't
// get its own messages as chat but hears their seq by `sent`, before or after
// the chat messages around them: there the seqs skipped by chat and the seqs
// told by `sent` must be the same.
type stream struct {
	base uint64   // what is up to it was there before the run, and isn't looked at
	top  uint64   // highest seq accounted for, apart from what gaps holds
	gaps []uint64 // sender: seqs skipped by chat, not told by `sent` so far; rising
	own  []uint64 // sender: seqs told by `sent`, not skipped by chat so far; rising
	lost []uint64 // seqs counted as lost, to tell late ones from doubled ones
	// sends is set for a connection that sends to this conversation.
	sends bool
}

// keptLost bounds what a stream remembers of a server gone wild; what is
// beyond is only counted.
const keptLost = 1024

// newStream begins behind base.
func newStream(base uint64) stream { return stream{base: base, top: base} }

// chat accounts for a pushed entry of the log and reports whether it was new.
func (s *stream) chat(seq uint64, f *faults, who string) bool {
	if seq == s.top+1 {
		s.top = seq
		if len(s.own) > 0 {
			s.match(f, who)
		}
		return true
	}
	if seq <= s.top {
		return s.late(seq, f, who)
	}
	s.skip(s.top+1, seq, f, who)
	s.top = seq
	s.match(f, who)
	return true
}

// sent accounts for a seq that was given to one of our own messages.
func (s *stream) sent(seq uint64, f *faults, who string) {
	s.own = append(s.own, seq)
	s.match(f, who)
}

// position is the seq up to which everything is accounted for.
func (s *stream) position() uint64 {
	if len(s.gaps) > 0 {
		return s.gaps[0] - 1
	}
	return s.top
}

// finish turns what is still open into faults.
func (s *stream) finish(f *faults, who string) {
	for _, seq := range s.gaps {
		s.lose(seq, f, who)
	}
	s.gaps = s.gaps[:0]
}

// skip accounts for the seqs from `from` up to but without `to`.
func (s *stream) skip(from, to uint64, f *faults, who string) {
	if to-from > keptLost {
		f.count[faultLost] += int64(to - from - keptLost)
		from = to - keptLost
	}
	for seq := from; seq < to; seq++ {
		if s.sends {
			s.gaps = append(s.gaps, seq)
		} else {
			s.lose(seq, f, who)
		}
	}
}

func (s *stream) lose(seq uint64, f *faults, who string) {
	f.add(faultLost, "%s did not get seq %d", who, seq)
	if len(s.lost) < keptLost {
		s.lost = append(s.lost, seq)
	}
}

// late judges a seq that isn't above all before it.
func (s *stream) late(seq uint64, f *faults, who string) bool {
	if seq <= s.base {
		return false
	}
	if removeSeq(&s.lost, seq) {
		f.take(faultLost)
		f.add(faultReordered, "%s got seq %d after seq %d", who, seq, s.top)
		return true
	}
	if removeSeq(&s.gaps, seq) {
		f.add(faultReordered, "%s got seq %d after seq %d", who, seq, s.top)
		return true
	}
	f.add(faultDoubled, "%s got seq %d again, after seq %d", who, seq, s.top)
	return false
}

// match pairs the seqs that chat skipped with those that `sent` told.
func (s *stream) match(f *faults, who string) {
	g, o := 0, 0
	for o < len(s.own) {
		own := s.own[o]
		switch {
		case g < len(s.gaps) && s.gaps[g] == own:
			g++
			o++
		case g < len(s.gaps) && s.gaps[g] < own:
			s.lose(s.gaps[g], f, who)
			g++
		case own <= s.top:
			f.add(faultDoubled, "%s got its own message seq %d as chat too", who, own)
			o++
		case g == len(s.gaps) && own == s.top+1:
			s.top = own
			o++
		default:
			s.drop(g, o)
			return
		}
	}
	s.drop(g, o)
}

// drop removes what was matched from the front of both queues.
func (s *stream) drop(g, o int) {
	s.gaps = s.gaps[:copy(s.gaps, s.gaps[g:])]
	s.own = s.own[:copy(s.own, s.own[o:])]
}

func removeSeq(from *[]uint64, seq uint64) bool {
	for i, v := range *from {
		if v == seq {
			*from = append((*from)[:i], (*from)[i+1:]...)
			return true
		}
	}
	return false
}
