package sequencer

// MoveRead moves a user's read cursor in a conversation forward, never past the
// end of the log. It returns where it was and where it is; both are the same
// where nothing moved, or where the conversation isn't the user's. What was read
// was received, too.
func (tx *Tx) MoveRead(user string, conv, seq uint64) (from, to uint64, err error) {
	s := tx.s
	rec, ok, err := s.session(user, conv)
	if err != nil || !ok || rec.Left {
		return 0, 0, err
	}
	last, err := s.lastSeq(conv)
	if err != nil {
		return 0, 0, err
	}
	from = max(rec.ReadSeq, rec.JoinSeq-1)
	if to = min(seq, last); to <= from {
		return from, from, nil
	}
	rec.ReadSeq, rec.AckSeq = to, max(rec.AckSeq, to)
	s.putSession(rec)
	return from, to, nil
}
